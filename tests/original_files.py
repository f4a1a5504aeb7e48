"""The invented department's report as other files: Word, PDF, a web page, text in other encodings.

What a file says is laid out here by hand, block by block; what is read from it is compared with this layout.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from pathlib import Path

from account_pages import FONT
from conftest import INVENTED
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

REPORT = INVENTED / "data" / "raw" / "invented-water-2021" / "report.txt"
PARAGRAPHS = [line for line in REPORT.read_text(encoding="utf-8").splitlines() if line]

# Pages of paragraphs of lines. Lines break in the middle of words and of a number, a sentence runs over the page.
PAGES = [
    [
        ["清河县水务局2021年度部门整体支出绩效自评报告（虚构）"],
        ["一、基本情况"],
        ["（一）人员"],
        ["局机关核定行政编制20名，年末在职18名。河道管理站事", "业编制9名，在职9名。"],
        ["（二）资金"],
        [
            "年初部门预算安排52,340,000元，年中追加1,200,000元，没",
            "有追减，调整后预算53,540,",
            "000元，全年支出51,000,001元，预算执行率95.25%，调整",
        ],
    ],
    [
        ["率2.29%。追加原因是省级抗旱应急任务。年末结转2,0", "00,000元。"],
        ["二、目标完成"],
        ["（一）新建水闸3座。完成情况：全部完成。"],
        ["（二）管网漏损率不高于9%。完成情况：全部完成。"],
        ["（三）印发河道保洁办法。完成情况：全部完成。"],
        ["（四）水质达标率达到90%。完成情况：全部完成。"],
    ],
    [
        ["三、成效"],
        ["建成水闸4座；漏损率为9.4%；2021年3月5日印发《清河县河", "道保洁办法》（清水〔2021〕7号）。"],
        ["自评95分，满分100分。"],
        ["征求意见时收到0条意见。"],
    ],
]
HEAD, SIZE, PITCH, LEFT = "清河县水务局绩效自评", 12, 20, 72


def pdf(
    path: Path,
    pages: Sequence[Sequence[Sequence[str]]] = PAGES,
    head: str = HEAD,
    pictures: Collection[int] = (),
) -> Path:
    """A PDF of A4 pages: a running head, paragraphs indented by two characters, a page number at the foot.

    ``pictures`` are the pages that are a picture and nothing else, as a scanner makes them.
    """
    font = FONT.copy()
    font.set_size(SIZE)
    with rc_context({"pdf.fonttype": 42}), PdfPages(path) as file:
        for number, paragraphs in enumerate(pages, 1):
            figure = Figure(figsize=(595 / 72, 842 / 72))
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 595), ylim=(842, 0))
            axes.axis("off")
            if number in pictures:
                axes.imshow([[0, 1], [1, 0]], extent=(100, 400, 400, 100))
                file.savefig(figure)
                continue
            if head:
                axes.text(240, 50, head, fontproperties=font)
            axes.text(280, 800, f"- {number} -", fontproperties=font)
            top = 90
            for paragraph in paragraphs:
                goes_on = (
                    number > 1 and paragraph is paragraphs[0] and not paragraph[0].startswith(("三", "二"))
                )
                for index, line in enumerate(paragraph):
                    indent = 0 if index or goes_on else 2 * SIZE
                    axes.text(LEFT + indent, top, line, fontproperties=font)
                    top += PITCH
            file.savefig(figure)
    return path


def docx(path: Path, paragraphs: Sequence[str] = tuple(PARAGRAPHS)) -> Path:
    """A Word document, each paragraph in two runs, as Word leaves them after editing."""
    import docx as word

    document = word.Document()
    for text in paragraphs:
        paragraph = document.add_paragraph()
        half = len(text) // 2
        paragraph.add_run(text[:half])
        paragraph.add_run(text[half:]).bold = True
    document.save(str(path))
    return path


def page(path: Path, paragraphs: Sequence[str] = tuple(PARAGRAPHS), encoding: str = "utf-8") -> Path:
    """A web page as it is saved: lines of source broken at will, a script, a hidden remark."""
    body = "\n".join(f"<p>{html.escape(text[:4])}\n      {html.escape(text[4:])}</p>" for text in paragraphs)
    text = (
        f'<!DOCTYPE html>\n<html><head><meta charset="{encoding}"><title>页</title><script>var a="年末在职19名";</script>'
        f'</head><body><div style="display: none">行政编制21名</div>{body}<!-- 在职10名 --></body></html>'
    )
    path.write_bytes(text.encode(encoding))
    return path
