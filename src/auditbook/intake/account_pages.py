"""The pages of a PDF as text and grids of cells: what runs in the limited child process (``limited.call``).

Nothing of the meaning of a table is known here, except that amounts outside every drawn table deserve a second look.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditbook import inputs
from auditbook.faults import CaseError, Fault, LimitError
from auditbook.intake import account_undrawn
from auditbook.intake.account_drawn import AMOUNT, LINE_TOLERANCE, beside, drawn_grid
from auditbook.intake.account_grids import LINES, Grid, Sheaf, as_json

MOST_PAGES = 300
_STRAY_AMOUNTS = 3  # a page number or a year beside a table is no table


def read(path: Path, told: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Read a PDF.

    Returns  ``sha256`` of the file, ``pages`` (``account_grids.as_json``), and ``faults``: where in the file, what was
             found, what was expected, what to do.
    Raises   CaseError where the file cannot be opened or has no text; LimitError where it has more than 300 pages.
    """
    import pdfplumber

    name, data = path.name, inputs.read_bytes(path)
    faults: list[list[str]] = []
    sheaves: list[Sheaf] = []
    try:
        document = pdfplumber.open(io.BytesIO(data))
        count = len(document.pages)
    except Exception as error:  # the parser fails in many ways on a damaged file; to the user they are one
        _raise_if_out_of_memory(error)
        cause = "文件加密，须有密码" if "Password" in repr(error) else "文件损坏或不完整"
        raise CaseError(Fault(name, f"PDF 打不开：{cause}", "能打开的 PDF", "请重新取得文件")) from error
    with document:
        if count > MOST_PAGES:
            raise LimitError(Fault(name, f"有{count}页", f"不超过{MOST_PAGES}页"))
        for number, page in enumerate(document.pages, 1):
            try:
                sheaf = _sheaf(number, page)
            except Exception as error:  # as above: a page that the parser cannot read
                _raise_if_out_of_memory(error)
                sheaf = Sheaf(number, "")
                faults.append([f"第{number}页", f"这一页读不出（{type(error).__name__}）", "完好的一页", ""])
            finally:
                page.close()
            sheaves.append(sheaf)
            if told:
                told(number, count)
    if not any(sheaf.lines for sheaf in sheaves):
        found = "扫描件没有文字" if any(sheaf.picture for sheaf in sheaves) else "文件里没有文字"
        told_pages = [Fault(f"{name} {where}", *rest) for where, *rest in faults]
        raise CaseError(
            [Fault(name, found, "有文字的 PDF", "请取得原始电子文件，或另行转录并登记"), *told_pages]
        )
    return {"sha256": hashlib.sha256(data).hexdigest(), "pages": [*map(as_json, sheaves)], "faults": faults}


def _raise_if_out_of_memory(error: BaseException | None) -> None:
    """Memory is a limit, and no damage of the file; the parser wraps what it meets."""
    while error is not None:
        if isinstance(error, MemoryError):
            raise error
        error = error.__cause__ or error.__context__


def _sheaf(number: int, page: Any) -> Sheaf:
    page = _upright(page)
    own = (page.extract_text(y_tolerance=LINE_TOLERANCE) or "").splitlines()
    drawn = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    grids, stray = [], 0
    for index in range(len(drawn)):
        grids.append(drawn_grid(number, page, drawn, index, LINES))
        stray += beside(page, [table.bbox for table in drawn], index)
    inside = Counter(
        text for grid in grids for row in grid.rows for piece in row.cells if piece for text in piece.text.split()
    )  # fmt: skip
    amounts = Counter(word for line in own for word in line.split() if AMOUNT.fullmatch(word)) - inside
    others: list[list[Grid]] = []
    if stray or amounts.total() >= _STRAY_AMOUNTS or (not grids and account_undrawn.names_table(own)):
        others = account_undrawn.other_ways(number, page)
    alone = not own and bool(page.images)
    return Sheaf(number, "", own, grids, others, sorted(amounts.elements()) if stray else [], alone)


def _upright(page: Any) -> Any:
    """The page turned so that most of its text runs from left to right."""
    from pdfplumber.page import Page

    turns: Counter[int] = Counter()
    for char in page.chars:
        across, up = char["matrix"][0], char["matrix"][1]
        if abs(up) > abs(across):
            turns[90 if up > 0 else 270] += 1
        else:
            turns[0 if across >= 0 else 180] += 1
    turn = turns.most_common(1)[0][0] if turns else 0
    if not turn:
        return page
    own = page.page_obj
    own.rotate = (own.rotate + turn) % 360
    own.attrs = {**own.attrs, "Rotate": own.rotate}
    return Page(page.pdf, own, page.page_number, page.initial_doctop)
