"""One HTML file from an executed notebook: numbered, with its contents and its font; nothing loads.

nbconvert fills ``template/index.html.j2``; ``arrange`` adds what no cell can know: the numbers of
chapters, figures and tables, the table of contents, references between them. What could run or
load is then refused (``finished_page.scan``).
"""

from __future__ import annotations

import base64
import html as entities
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from auditbook import charts, unseen
from auditbook.report.finished_page import POLICY, scan
from auditbook.report.fragments import Html, carried

if TYPE_CHECKING:
    from jinja2 import Template
    from nbformat import NotebookNode

    from auditbook.report.evidence_entries import RunSources

HERE = Path(__file__).parent

_FONT_PLACE = "/* the font goes here */"
# Best first. An output in none of these forms is refused, never dropped.
_FORMS = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain")


def render(
    notebook: NotebookNode,
    *,
    title: str,
    subtitle: str = "",
    hide_code: bool,
    footer: str = "",
    fingerprint: str = "",
    sources: RunSources | None = None,
    head: Html | None = None,
    beside: Mapping[str, Html] | None = None,
    foot: Html | None = None,
    index: str = "",
) -> str:
    """Make the page of an executed notebook.

    Takes    title: the page's only h1; when empty, the notebook's own first ``# heading`` is
             (otherwise that heading stands over the title in small, unless they are the same).
             subtitle, footer: a paragraph per line. fingerprint: shown on the cover and at the
             foot of printed pages. hide_code: a report; else a working paper with its code folded.
             sources: what the references of its numbers yield; without it the numbers lead nowhere.
             head, foot: what stands before the first chapter, and after the last. beside: by the id of a cell, what
             follows its output. index: the index number of a working paper, at the foot of printed pages.
    Returns  the whole file; the same bytes for the same arguments.
    Raises   ValueError where the page would hold anything live (``scan``), has no title or a
             reference to nothing, where an output has no form that a page can show, or where the
             fingerprint is not plain letters, digits and hyphens.
    """
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if "data" in output and not set(output["data"]) & set(_FORMS):
                forms = ", ".join(output["data"])
                raise ValueError(f"cell {number}: no page can show an output in {forms}")
    around = _around(title, subtitle, footer, fingerprint, "report" if hide_code else "working-paper")
    around["style"] += _running_index(index)

    def arranged(content: str) -> Arranged:
        return arrange(content, title, sources, _markup(head), _markup(foot))

    # nbconvert copies what it is given, to the bottom: a function stays what it is, with the sources that it knows
    own = {"arranged": arranged, "beside": {cell: _markup(links) for cell, links in (beside or {}).items()}}
    html, _ = _exporter(hide_code).from_notebook_node(notebook, {"page": {**around, **own}})
    return _finished(html)


def _markup(part: Html | None) -> str:
    return carried(str(part.markup)) if part else ""


def compose(
    content: str, *, title: str, subtitle: str = "", footer: str = "", fingerprint: str = "", kind: str
) -> str:
    """Make a page of markup that no notebook put out, as ``render`` makes one of a notebook.

    Takes    content: what ``fragments`` made. kind: the class of the page's body. The rest as for ``render``.
    Raises   ValueError as ``render``.
    """
    around = _around(title, subtitle, footer, fingerprint, kind)
    arranged = arrange(carried(content), title)
    return _finished(_whole().render(page=arranged, resources={"page": around}))


@cache
def _whole() -> Template:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(HERE / "template"), autoescape=True)
    environment.filters["unbroken"] = _unbroken
    return environment.get_template("whole.html.j2")


def _around(title: str, subtitle: str, footer: str, fingerprint: str, kind: str) -> dict[str, str]:
    """What stands on a page around its content."""
    return {
        "title": title, "subtitle": subtitle, "footer": footer, "fingerprint": fingerprint, "kind": kind, "policy": POLICY,
        "style": "\n".join([_FONT_PLACE, _style().rstrip(), _running_foot(fingerprint)]),
    }  # fmt: skip


def _finished(html: str) -> str:
    """A page with its font. Raises ValueError where something in it may run or load."""
    html = unseen.visible(html)
    html = html.replace(_FONT_PLACE, _font_face(_drawn_characters(html)), 1)
    if live := scan(html):
        raise ValueError("the page holds what may run or load: " + "; ".join(live))
    return str(html)


@cache
def _exporter(hide_code: bool) -> Any:
    from nbconvert.exporters import TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Prose(IPythonRenderer):
        """Markdown cells: raw HTML is shown as text; a table scrolls and its heads have scopes."""

        def table(self, text: str) -> str:
            wrap = '<div class="table-wrap" tabindex="0" role="region" aria-label="表">'
            return f"{wrap}<table>\n{text}</table></div>\n"

        def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
            kind = ' class="number"' if align == "right" else ""
            return f'<th scope="col"{kind}>{text}</th>\n' if head else f"<td{kind}>{text}</td>\n"

    def prose(text: str) -> str:
        return str(MarkdownWithMath(renderer=Prose(escape=True, exclude_anchor_links=True)).render(text))

    exporter = TemplateExporter(
        extra_template_basedirs=[str(HERE)],
        template_name="template",
        template_file="index.html.j2",
        exclude_input=hide_code,
        default_preprocessors=[],  # none of them does anything here, and each copies and validates the notebook
        filters={
            "unbroken": _unbroken,
            "prose": prose,
            "highlight_code": Highlight2HTML(pygments_lexer="ipython3"),  # type: ignore[no-untyped-call]
            "filter_data_type": lambda data: [form for form in _FORMS if form in data][:1],
        },
    )
    exporter.environment.autoescape = True
    return exporter


def _unbroken(title: str) -> Markup:
    """A title in which “2019年度” stays on one line."""
    return Markup(re.sub(r"\d+年度?", r'<span class="unbroken">\g<0></span>', str(escape(title))))


@cache
def _style() -> str:
    return (HERE / "style.css").read_text(encoding="utf-8")


def _running_foot(fingerprint: str) -> str:
    """The fingerprint at the foot of printed pages: plain words, so that CSS has nothing to misread."""
    if not re.fullmatch(r"[\w. -]*", fingerprint):
        raise ValueError(f"a fingerprint is letters, digits, points and hyphens, not {fingerprint!r}")
    return f'@page {{ @bottom-right {{ content: "{fingerprint}"; }} }}'


def _running_index(index: str) -> str:
    """The index number of a working paper and 第 x 页 共 y 页 at the foot of its printed pages, the first one too."""
    if not index:
        return ""
    if not re.fullmatch(r"[A-Z]-\d+", index):
        raise ValueError(f"an index number is a letter and a number, A-10, not {index!r}")
    own = f'content: "索引号 {index}　第 " counter(page) " 页 共 " counter(pages) " 页";'
    return f"\n@page {{ @bottom-center {{ {own} }} }}\n@page :first {{ @bottom-center {{ {own} }} }}"


# --- numbers, contents, references ---------------------------------------------------------------

# The content is our own markup (fragments.py, Markdown), in which every < of a text is escaped.
_HEADING = r"""<h(?P<level>[1-6])(?P<attributes>\s[^>]*)?>(?P<inner>.*?)</h(?P=level)>"""
_LANDMARK = re.compile(
    rf"""
      (?P<heading>{_HEADING})
    | (?P<table><div\ class="table-block"(\ id="(?P<table_id>[^"]*)")?(\ data-rests="[^"]*")?>)
    | (?P<chart><div\ class="chart"\ id="(?P<chart_id>[^"]*)">)
    | (?P<figure_data><details\ class="figure-data">)
    | (?P<caption><caption>)
    | (?P<figcaption><figcaption>)
    | (?P<link><a\ href="(?P<target>https?:[^"]*)"[^>]*>.*?</a>)
    """,
    re.VERBOSE | re.DOTALL,
)
_ID = re.compile(r'\bid="([^"]*)"')
_SEE = re.compile(r'<a class="see" href="#([^"]*)"></a>')
# A heading that its author has numbered: 一、 / （一） / 第一章 / 1. / 1.2 / 发现1：
_OWN_NUMBER = re.compile(
    r"""[一二三四五六七八九十]+、 | （[一二三四五六七八九十]+） | 第[一二三四五六七八九十\d]+[章节部]
    | \d+(\.\d+)*[.、\s] | [\u4e00-\u9fff]{1,4}\d+[：、\s]""",
    re.VERBOSE,
)

# An annex (附表1) keeps its name, and is no chapter of the count.
_ANNEX = re.compile(r"附[表件]\s*[\d一二三四五六七八九十]+")


@dataclass
class Entry:
    """A line of the table of contents."""

    id: str
    text: str
    parts: list[Entry] = field(default_factory=list)


@dataclass
class Arranged:
    """What the template makes a page of."""

    title: str
    kicker: str
    main: Markup
    chapters: list[Entry]
    links: list[str]


def arrange(
    content: str, title: str, sources: RunSources | None = None, head: str = "", foot: str = ""
) -> Arranged:
    """Link the numbers, number chapters, figures and tables, fill in references, take the outline.

    Takes    content: markup of the cells. title, sources, head, foot: as for ``render``.
    Returns  the parts of the page. Levels are closed up so that none is skipped below the page's
             h1; a heading that carries its own number (“三、…”, “（二）…”) keeps it.
    Raises   ValueError where there is no title, or a reference to an id that has no number.
    """
    content, kicker = f"{head}\n{content}\n{foot}" if head or foot else str(content), ""
    if sources is not None:
        from auditbook.report.evidence_entries import chapter

        content = chapter(content, sources)
    content = re.sub(r"</?data\b[^>]*>", "", content)
    first = re.search(_HEADING, content, re.DOTALL)
    if first and first["level"] == "1":
        content = content[: first.start()] + content[first.end() :]
        own = Markup(first["inner"]).striptags()
        title, kicker = (title, own) if title not in ("", own) else (own, "")
    if not title:
        raise ValueError("the page has no title, and its notebook no `# heading`")
    numbers = _Numbers(set(_ID.findall(content)))
    content = _LANDMARK.sub(numbers.add, content)
    content = _SEE.sub(numbers.refer, content)
    return Arranged(title, kicker, Markup(content), numbers.chapters, numbers.links)


class _Numbers:
    """What has been counted so far while the content is gone through once."""

    def __init__(self, ids: set[str]) -> None:
        self.chapters: list[Entry] = []
        self.links: list[str] = []
        self._ids = ids
        self._labels: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._levels: list[int] = []
        self._counts = {"表": 0, "图": 0}
        self._chapter = ""  # what tables and figures of the chapter are numbered after
        self._numbered = 0
        self._holder = ""
        self._of_figure = ""

    def add(self, found: re.Match[str]) -> str:
        """The landmark with its number."""
        markup = found.group()
        match found.lastgroup:
            case "heading":
                return self._heading(found)
            case "table" | "chart":
                self._holder = found["table_id"] or found["chart_id"] or ""
            case "figure_data":
                self._of_figure = f"图 {self._number('图')}"
            case "caption" if self._of_figure:
                markup += _numbered(f"{self._of_figure} 的数据")
                self._of_figure = ""
            case "caption":
                markup += self._count("表")
            case "figcaption":
                markup += self._count("图")
            case "link":
                target = entities.unescape(found["target"])
                if target not in self.links:
                    self.links.append(target)
                markup += (
                    f'<sup class="link-number" aria-hidden="true">[{self.links.index(target) + 1}]</sup>'
                )
        return markup

    def refer(self, found: re.Match[str]) -> str:
        """A reference with the number of what it points to: an id, or the title of a chapter."""
        target = found[1] if found[1] in self._labels else self._titles.get(found[1], "")
        if not target:
            raise ValueError(f"a reference to “{found[1]}”: no numbered table, figure or heading has this id")
        return f'<a class="see" href="#{target}">{self._labels[target]}</a>'

    def _number(self, kind: str) -> str:
        return f"{self._chapter}-{self._counts[kind]}" if self.chapters else str(self._counts[kind])

    def _count(self, kind: str) -> str:
        self._counts[kind] += 1
        label = f"{kind} {self._number(kind)}"
        if self._holder:
            self._labels[self._holder] = label
        return _numbered(label)

    def _heading(self, found: re.Match[str]) -> str:
        while self._levels and self._levels[-1] >= int(found["level"]):
            self._levels.pop()
        self._levels.append(int(found["level"]))
        level = len(self._levels) + 1
        text = Markup(found["inner"].replace('<span class="tag ', ' <span class="tag ')).striptags()
        attributes = found["attributes"] or ""
        named = _ID.search(attributes)
        prefix = ""
        if level == 2:
            self._counts = {"表": 0, "图": 0}
            annex = _ANNEX.match(text)
            self._numbered += not annex
            self._chapter = annex.group() if annex else str(self._numbered)
            prefix = "" if annex else f"{_chinese(self._numbered)}、"
            label = annex.group() if annex else f"第{_chinese(self._numbered)}部分"
            entries, id = self.chapters, f"s{len(self.chapters) + 1}"
        elif level == 3:
            entries = self.chapters[-1].parts
            part = _chinese(len(entries) + 1)
            own = self._chapter if not self._chapter.isdigit() else f"第{_chinese(self._numbered)}部分"
            prefix, label = f"（{part}）", f"{own}（{part}）"
            id = f"s{len(self.chapters)}-{len(entries) + 1}"
        else:
            entries, label, id = [], text, ""
        if named:
            id = named[1]
        elif id:
            while id in self._ids:
                id += "-"
            attributes += f' id="{id}"'
        if _OWN_NUMBER.match(text):
            prefix = ""
        self._labels[id] = str(escape(label))
        self._titles.setdefault(str(escape(text)), id)
        entries.append(Entry(entities.unescape(id), prefix + text))
        number = f'<span class="number">{prefix}</span>' if prefix else ""
        return f"<h{level}{attributes}>{number}{found['inner']}</h{level}>"


def _numbered(label: str) -> str:
    return f'<span class="number">{label}\u3000</span>'


def _chinese(number: int) -> str:
    """一 to 九十九."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    before = digits[tens] if tens > 1 else ""
    return before + ("十" if tens else "") + (digits[ones] if ones else "")


# --- the font ------------------------------------------------------------------------------------


def missing_characters(html: str) -> str:
    """The characters of a page that the shipped font lacks; the reader's own fonts show them."""
    return charts.missing_characters(_drawn_characters(html))


def _drawn_characters(html: str) -> str:
    """Each character that a page draws, once, sorted: its text and what its style sheets insert, its own foot among it."""
    styles = "".join(re.findall(r"<style\b.*?</style>", html, re.DOTALL))
    inserted = ["0123456789.", *re.findall(r'"([^"]*)"', styles)]  # page numbers, lists, `content`
    # not parsed: what is taken for text and is none only adds a glyph that nobody sees
    text = entities.unescape(_MARK.sub("", html))
    characters = set("".join([text, *inserted]))
    return "".join(sorted(c for c in characters if unicodedata.category(c) not in _NOT_DRAWN))


_MARK = re.compile(r"<style\b.*?</style>|<[^>]*>", re.DOTALL)
# controls, invisible format characters, halves of characters, line and paragraph separators
_NOT_DRAWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@cache
def _face() -> Any:
    """The shipped font, as HarfBuzz reads it."""
    import uharfbuzz

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(charts.FONT)))


@cache
def _font_face(characters: str) -> str:
    """The shipped font with these characters only, embedded; the same bytes for the same text."""
    import uharfbuzz
    from fontTools.ttLib import TTFont

    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(map(ord, characters))
    wanted.name_id_set.update([0, 1, 2, 13, 14])  # whose it is, its licence
    wanted.flags |= uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    font = TTFont(io.BytesIO(uharfbuzz.subset(_face(), wanted).blob.data), recalcTimestamp=False)
    font.flavor = (
        "woff"  # zlib, not brotli: a fifth larger, three times as fast, and every browser reads both
    )
    data = io.BytesIO()
    font.save(data, reorderTables=None)
    encoded = base64.b64encode(data.getvalue()).decode("ascii")
    return (
        '@font-face { font-family: "Auditbook Sans"; font-weight: 400; font-style: normal; '
        f'src: url(data:font/woff;base64,{encoded}) format("woff"); }}'
    )
