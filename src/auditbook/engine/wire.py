"""What goes over the sockets of the engine: messages of a kernel, and requests to the parent.

A message is a list of frames, each of them bytes (the JSON parts of Jupyter's protocol): the number of frames, the length
of each (unsigned, 8 bytes, network order), then the frames themselves. A request is one JSON object with its length
before it (4 bytes), and with it go descriptors.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LENGTH = struct.Struct("!I")
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


def send_request(
    control: socket.socket, request: Mapping[str, Any], sockets: Sequence[socket.socket]
) -> None:
    """Send a request to the parent, with copies of these sockets.

    Raises   OSError where the parent is gone.
    """
    body = json.dumps(request).encode()
    socket.send_fds(control, [_LENGTH.pack(len(body))], [sock.fileno() for sock in sockets])
    control.sendall(body)


def receive_request(control: socket.socket) -> tuple[dict[str, Any], list[socket.socket]] | None:
    """The next request, waited for; None at the end of the stream."""
    head, descriptors, _, _ = socket.recv_fds(control, _LENGTH.size, 2)
    sockets = [socket.socket(fileno=number) for number in descriptors]
    head += _exactly(control, _LENGTH.size - len(head)) if head else b""
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = _exactly(control, length)
    return (json.loads(body), sockets) if len(body) == length else None


def _exactly(sock: socket.socket, length: int) -> bytes:
    got = bytearray()
    while len(got) < length:
        piece = sock.recv(length - len(got))
        if not piece:
            break
        got += piece
    return bytes(got)
