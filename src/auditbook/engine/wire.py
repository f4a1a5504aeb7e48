"""Messages over a stream socket: a message is a list of frames, each of them bytes (the JSON parts of Jupyter's protocol).

On the wire: the number of frames, the length of each (unsigned, 8 bytes, network order), then the frames themselves.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence

_NUMBER = struct.Struct("!Q")
_CHUNK = 1 << 18
_MOST_FRAMES = 1 << 20


class Broken(Exception):
    """What arrived is not a message of this protocol."""


def send(sock: socket.socket, frames: Sequence[bytes | memoryview]) -> None:
    """Send one message; waits while the other side does not read.

    Raises   OSError where the other side is gone.
    """
    sizes = [len(frames), *(memoryview(frame).nbytes for frame in frames)]
    head = struct.pack(f"!{len(sizes)}Q", *sizes)
    if sum(sizes[1:]) < _CHUNK:
        sock.sendall(b"".join([head, *frames]))
        return
    sock.sendall(head)
    for frame in frames:
        sock.sendall(frame)


class Inbox:
    """Puts messages together again from whatever pieces a socket hands out."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def take(self, sock: socket.socket) -> bool:
        """Read what is there without waiting; False at the end of the stream."""
        while True:
            try:
                piece = sock.recv(_CHUNK, socket.MSG_DONTWAIT)
            except (BlockingIOError, InterruptedError):
                return True
            except OSError:  # reset by a process that was killed
                return False
            if not piece:
                return False
            self._bytes += piece
            if len(piece) < _CHUNK:
                return True

    def messages(self) -> Iterator[list[bytes]]:
        """The messages that are complete, oldest first."""
        while (message := self._first()) is not None:
            yield message

    def _first(self) -> list[bytes] | None:
        have = len(self._bytes)
        if have < _NUMBER.size:
            return None
        (count,) = _NUMBER.unpack_from(self._bytes)
        if count > _MOST_FRAMES:
            raise Broken(f"{count} frames")
        start = _NUMBER.size * (count + 1)
        if have < start:
            return None
        lengths = struct.unpack_from(f"!{count}Q", self._bytes, _NUMBER.size)
        if have < start + sum(lengths):
            return None
        message = []
        with memoryview(self._bytes) as view:
            for length in lengths:
                message.append(bytes(view[start : start + length]))
                start += length
        del self._bytes[:start]
        return message
