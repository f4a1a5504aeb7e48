"""Put on PYTHONPATH of a command: folders list their files in another order than the file system has them."""

import os
import random

_listdir, _scandir = os.listdir, os.scandir
_chance = random.Random(os.environ.get("LISTED_SEED", "1"))


def listdir(path="."):
    names = _listdir(path)
    _chance.shuffle(names)
    return names


class Scanned:
    """What os.scandir gives, in another order."""

    def __init__(self, path):
        with _scandir(path) as found:
            self._entries = list(found)
        _chance.shuffle(self._entries)
        self._left = iter(self._entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._left)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def close(self):
        pass


os.listdir = listdir
os.scandir = lambda path=".": Scanned(path)
