"""A workbook recalculated by another program: stored values are taken out first, so that none can stand in."""

import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest

_FORMULA_CELL = re.compile(r"<c ([^>]*)><f>(.*?)</f><v>[^<]*</v></c>", re.DOTALL)
_TYPE = re.compile(r' ?t="[a-z]+"')


def stripped(data: bytes) -> bytes:
    """The workbook without the stored value of any formula."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = content.decode("utf-8")
                text = _FORMULA_CELL.sub(
                    lambda cell: f"<c {_TYPE.sub('', cell[1]).strip()}><f>{cell[2]}</f></c>", text
                )
                content = text.encode("utf-8")
            new.writestr(name, content)
    return made.getvalue()


def by_libreoffice(data: bytes) -> openpyxl.Workbook:
    """What LibreOffice computes, with the stored values of the formulas taken out before."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no LibreOffice (soffice) on this machine: the workbook is not recalculated by it")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "book.xlsx"
        source.write_bytes(stripped(data))
        out = Path(folder) / "out"
        done = subprocess.run(
            [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
             "--outdir", str(out), str(source)],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0 and (out / "book.xlsx").is_file(), done.stdout + done.stderr
        return openpyxl.load_workbook(out / "book.xlsx", data_only=True)
