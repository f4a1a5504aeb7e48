"""A zip whose bytes are a function of its files: no times, no owners, the order in which they are given."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_TIMELESS = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a zip with these files by their names."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _TIMELESS)
            # what is compressed already is stored
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            package.writestr(entry, data)
    return whole.getvalue()
