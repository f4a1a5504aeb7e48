"""Changing a copied case as an auditor or an accident would, with or without re-recording its hashes."""

import hashlib
import re
from pathlib import Path

CASE = "invented-water-2021"


def folder(base: Path) -> Path:
    return base / "data" / "raw" / CASE


def case_file(base: Path) -> Path:
    return base / "params" / "cases" / f"{CASE}.yaml"


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def rehash(base: Path) -> None:
    """Record the hashes of all files anew, so that a stale hash is not what catches a change."""
    register = folder(base) / "SOURCES.yaml"
    text = register.read_text(encoding="utf-8")
    for path in folder(base).iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        text = re.sub(
            rf"(file: {re.escape(path.name)}\n(?:.*\n)*?    sha256: )[0-9a-f]{{64}}", rf"\g<1>{digest}", text
        )
    original = hashlib.sha256((folder(base) / "report.txt").read_bytes()).hexdigest()
    text = re.sub(r"(source: report, sha256: )[0-9a-f]{64}", rf"\g<1>{original}", text)
    register.write_text(text, encoding="utf-8")
