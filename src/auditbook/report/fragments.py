"""HTML that a notebook's cells output: sections, tables, figures, evidence, all escaped.

Text goes in as ``str`` and is always escaped; only ``Html``, which nothing but this module makes,
is taken as markup. Numbers of chapters, tables and figures are not known here: the page adds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from auditbook.charts import Chart
from auditbook.report.references import CITED, OPEN, uncited

MOST_ROWS = 200
MOST_UNBROKEN = 10  # characters: a short name, a date

# What a chip shows before its word, and its tone: never colour alone. Keys are the tables' own ids.
_TAGS: dict[str, tuple[str, str]] = {
    # verdict on a published number
    "agrees": ("√", "good"),
    "within_rounding": ("≈", "good"),
    "truncated": ("↓", "plain"),
    "other_definition": ("◇", "plain"),
    "other_measure": ("◇", "plain"),
    "disagrees": ("△", "warning"),
    "not_evidenced": ("？", "warning"),
    "not_checkable": ("—", "plain"),
    # what was done with a figure or a sum
    "traced": ("↗", "good"),
    "footed": ("∑", "good"),
    # status of an indicator
    "computed": ("√", "good"),
    "not_assessable": ("？", "warning"),
    "not_applicable": ("—", "plain"),
    "undefined": ("∕", "plain"),
    # outcome of a rule, severity of a finding
    "passed": ("√", "good"),
    "failed": ("△", "warning"),
    "high": ("▲", "warning"),
    "medium": ("△", "warning"),
    "low": ("○", "plain"),
    # anything else
    "good": ("√", "good"),
    "warning": ("△", "warning"),
    "note": ("※", "plain"),
}
# 1,234.50, +3.00%, 9.00–15.00, — and nothing
_NUMBER = re.compile(r"[\d.,%‰+\-−–—\s]*")
_CALLOUT_SIGNS = {"warning": "▲", "note": "※", "good": "√"}


@dataclass(frozen=True)
class Html:
    """Finished markup; a notebook shows it through ``_repr_html_``."""

    markup: Markup

    def __post_init__(self) -> None:
        if not isinstance(self.markup, Markup):
            raise TypeError("Html holds Markup; text is escaped by the functions of this module")

    def __html__(self) -> Markup:
        return self.markup

    def __str__(self) -> str:
        """The markup as it reads; ``markup`` has the references of its numbers as well."""
        return uncited(str(self.markup))

    def __repr__(self) -> str:
        text = re.sub(r"<svg.*?</svg>", "", str(self.markup), flags=re.DOTALL)
        text = Markup(uncited(text)).striptags()
        return f"Html({text if len(text) <= 40 else text[:39] + '…'})"

    def _repr_html_(self) -> str:
        return carried(str(self.markup))


Text = str | Html


@dataclass(frozen=True)
class Column:
    """The head of a column; the unit stands here and nowhere else."""

    name: str
    unit: str = ""
    numeric: bool = False


def _fill(pattern: str, /, *args: object, **kwargs: object) -> Html:
    """Fill a literal pattern of this module, escaping whatever is not markup."""
    # str.format: Markup's own, of the same result for patterns without conversions, takes five times as long
    escaped = {name: escape(value) for name, value in kwargs.items()}
    return Html(Markup(pattern.format(*map(escape, args), **escaped)))


def join(*parts: Text) -> Html:
    """The parts, one after the other, nothing between them."""
    return Html(Markup("".join(map(escape, parts))))


def _lines(parts: Iterable[Text]) -> Html:
    """Blocks, each on a line of its own."""
    return Html(Markup("\n".join(map(escape, parts))))


def _plain(text: Text) -> str:
    return uncited(text if isinstance(text, str) else text.markup.striptags())


_CITED_WITHIN = re.compile(f"<[^>{OPEN}]*{OPEN}[^>]*>")


def carried(markup: str) -> str:
    """Markup in which each cited number is an element of its own, ``<data>`` with its reference; none within a tag."""
    told = _CITED_WITHIN.sub(lambda tag: uncited(tag[0]), markup)
    return CITED.sub(r'<data value="\1">\2</data>', told)


def _rests(references: Sequence[str]) -> Markup:
    """The attribute that says what numbers within an element may rest on, the most telling first."""
    return Markup(' data-rests="{}"').format(" ".join(references)) if references else Markup("")


def resting(references: Sequence[str], *body: Text) -> Html:
    """Blocks whose numbers rest on references: each on the first that yields it."""
    return _fill("<div{}>\n{}\n</div>", _rests(references), _lines(body))


# --- blocks --------------------------------------------------------------------------------------


def section(
    level: Literal[2, 3, 4, 5, 6], id: str, heading: Text, *body: Text, rests_on: Sequence[str] = ()
) -> Html:
    """A section; the page numbers headings of level 2 (一、) and 3 (（一）) and lists them.

    Takes    rests_on: references that its numbers rest on where nothing nearer says more (``resting``).
    """
    if level not in range(2, 7):
        raise ValueError(f"a section's level is 2 to 6 (the page's title is level 1), not {level}")
    if not id or re.search(r"\s", id):
        raise ValueError(f"an id is one word: {id!r}")
    return _fill(
        '<section class="level-{level}" aria-labelledby="{id}"{rests}>\n'
        '<h{level} id="{id}">{heading}</h{level}>\n{body}\n</section>',
        level=level, id=id, heading=heading, body=_lines(body), rests=_rests(rests_on),
    )  # fmt: skip


def paragraph(*parts: Text) -> Html:
    """A paragraph."""
    return _fill("<p>{}</p>", join(*parts))


NOTES = '<ol class="source-notes" aria-hidden="true"></ol>'


def noted(*body: Text) -> Html:
    """Blocks under which, on paper, footnotes say where their figures come from; the page fills them in."""
    return _fill('<div class="noted">\n{}\n{}\n</div>', _lines(body), Html(Markup(NOTES)))


def note_mark(number: int) -> Html:
    """The mark of a footnote, in letters: a raised 2 after an 8 would read as its square."""
    return _fill('<sup class="note-number" aria-hidden="true">注{}</sup>', number)


def source_note(number: int, rests_on: Sequence[str], words: Text) -> Html:
    """A footnote: what the figure is and where it comes from."""
    return _fill('<li{}><span class="note-number">注{}</span> {}</li>', _rests(rests_on), number, words)


def bullets(items: Iterable[Text]) -> Html:
    """A list; nothing at all where there are no items."""
    lines = [_fill("<li>{}</li>", item) for item in items]
    return _fill("<ul>\n{}\n</ul>", _lines(lines)) if lines else join()


def callout(kind: Literal["warning", "note", "good"], title: Text, *body: Text) -> Html:
    """A remark that must not be missed; plain text in the body becomes a paragraph."""
    blocks = [paragraph(part) if isinstance(part, str) else part for part in body]
    return _fill(
        '<div class="callout {}" role="note">\n'
        '<p class="callout-title"><span class="sign" aria-hidden="true">{}</span>{}</p>\n{}\n</div>',
        kind, _CALLOUT_SIGNS[kind], title, _lines(blocks),
    )  # fmt: skip


def key_figures(figures: Iterable[tuple[Text, Text, Text]]) -> Html:
    """Cards of the few numbers that matter most: label, value, note (may be empty)."""
    cards = [
        _fill('<div><dt>{}</dt>\n<dd class="value">{}</dd>{}</div>', label, value, _note("dd", note))
        for label, value, note in figures
    ]
    return _fill('<dl class="key-figures">\n{}\n</dl>', _lines(cards))


def _note(element: str, text: Text) -> Text:
    return _fill('\n<{0} class="note">{1}</{0}>', element, text) if text else ""


def _terms(pairs: Iterable[tuple[Text, Text]]) -> Html:
    return _lines(_fill("<div><dt>{}</dt><dd>{}</dd></div>", term, text) for term, text in pairs)


def sheet(id: str, title: Text, pairs: Iterable[tuple[Text, Text]], rests_on: Sequence[str] = ()) -> Html:
    """A form of its own (取证单): a table of what is what, a page of its own in print, room left where it is blank."""
    rows = [
        _fill(
            '<tr><th scope="row">{}</th><td{}>{}</td></tr>',
            name,
            Markup(' class="blank"') if not words else "",
            words,
        )
        for name, words in pairs
    ]
    return _fill(
        '<section class="sheet" id="{0}" aria-labelledby="{0}-title"{3}>\n'
        '<table class="form"><caption id="{0}-title">{1}</caption><tbody>\n{2}\n</tbody></table>\n</section>',
        id, title, join(*rows), _rests(rests_on),
    )  # fmt: skip


def definition_list(pairs: Iterable[tuple[Text, Text]]) -> Html:
    """Terms and what is to be said of each."""
    return _fill('<dl class="terms">\n{}\n</dl>', _terms(pairs))


def evidence(summary: Text, pairs: Iterable[tuple[Text, Text]]) -> Html:
    """A number that opens to where it comes from: source, locator, phrase, formula in numbers."""
    return _fill(
        '<details class="evidence"><summary>{}</summary>\n<dl class="terms">\n{}\n</dl></details>',
        summary, _terms(pairs),
    )  # fmt: skip


def entry(id: str, reference: str, heading: Text, pairs: Iterable[tuple[Text, Text]]) -> Html:
    """What a reference is: hidden until a number leads to it, all of them on paper."""
    return _fill(
        '<div class="entry" id="{}" data-rests="{}"><p class="entry-name">{}</p>\n<dl class="terms">\n{}\n</dl>\n'
        '<p class="entry-close"><a href="#closed">关闭</a></p></div>',
        id, reference, heading, _terms(pairs),
    )  # fmt: skip


def entries(own: Iterable[str]) -> Html:
    """The chapter of the entries, finished each."""
    return _fill(
        '<section class="entries" aria-labelledby="entries">\n<h2 id="entries">数字依据</h2>\n'
        '<p>正文里的每个数字都是一个链接，打开的是它的依据；短号可以抄下来，用来提出疑问。'
        '<a href="#entries-all">列出全部依据</a></p>\n<div class="entries-all" id="entries-all">\n{}\n</div>\n'
        '<span id="closed"></span>\n</section>',
        _lines(Html(Markup(markup)) for markup in own),
    )  # fmt: skip


def table(
    caption: Text,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Text]],
    total_row: bool = False,
    note: Text = "",
    *,
    id: str = "",
    rest_in: str = "",
    under: Sequence[Text] = (),
    row_ids: Sequence[str] = (),
    rests_on: Sequence[str] = (),
    row_refs: Sequence[str | Sequence[str]] = (),
) -> Html:
    """A table: the first column heads its row, the unit stands in the column's head.

    Takes    rows: as many cells as columns; with ``total_row`` the last one is the total.
             id: what ``see`` refers to. rest_in: the file that holds the whole table; with it, at
             most 200 rows (and the total) are shown and the number left out is said; without it,
             every row is shown. under: for each row what stands below it across all columns, such
             as its evidence, or nothing. Evidence within a cell does not open on paper. row_ids: for each row
             what a link goes to. rests_on, row_refs: what its numbers, and those of each row, rest on (``resting``).
    Raises   ValueError where a row has more or fewer cells than there are columns.
    """
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise ValueError(f"row {number} of {caption!r}: {len(row)} cells, {len(columns)} columns")
    if row_refs and len(row_refs) != len(rows):
        raise ValueError(f"{caption!r}: {len(row_refs)} rows rest on something, of {len(rows)}")
    if under and len(under) != len(rows):
        raise ValueError(f"{caption!r}: {len(under)} things to stand under {len(rows)} rows")
    kinds = [_kind(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    shown = list(range(len(rows)))
    last_detail = len(rows) - total_row
    if rest_in and last_detail > MOST_ROWS:
        said = f"此处列前{MOST_ROWS}行，另有{last_detail - MOST_ROWS}行见 {rest_in}。"
        note = join(said, note) if note else said
        del shown[MOST_ROWS:last_detail]
    body = []
    for place in shown:
        name = row_ids[place] if row_ids else ""
        own = row_refs[place] if row_refs else ()
        rests = _rests([own] if isinstance(own, str) else own)
        body.append(_row(kinds, rows[place], "total" if place == last_detail else "", name, rests))
        if under and under[place]:
            below = _fill('<td colspan="{}">{}</td>', len(columns), under[place])
            body.append(_fill('<tr class="under"{}>{}</tr>', rests, below))
    return _fill(
        '<div class="table-block"{id}{rests}>\n'
        '<div class="table-wrap" tabindex="0" role="region" aria-label="{label}">\n'
        "<table>\n<caption>{caption}</caption>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        "</div>{note}\n</div>",
        id=_fill(' id="{}"', id) if id else "",
        label=_plain(caption), caption=caption, body=_lines(body),
        heads=join(*(_head(column, kind) for column, kind in zip(columns, kinds, strict=True))),
        note=_note("p", note), rests=_rests(rests_on),
    )  # fmt: skip


def across(*body: Text) -> Html:
    """Blocks on pages turned on their side, where they are printed."""
    return _fill('<div class="across">\n{}\n</div>', _lines(body))


def _kind(column: Column, cells: Iterable[Text]) -> Markup:
    """How a column's cells are set: numbers, words that stay on a line, or text that needs room."""
    if column.numeric:
        return Markup(' class="number"')
    longest = max((len(_plain(cell)) for cell in cells), default=0)
    if longest <= MOST_UNBROKEN:
        return Markup(' class="short"')
    return Markup(' class="long"') if longest > 2 * MOST_UNBROKEN else Markup("")


def _head(column: Column, kind: Markup) -> Html:
    unit = _fill('<span class="unit">（{}）</span>', column.unit) if column.unit else ""
    return _fill('<th scope="col"{}>{}{}</th>', kind, column.name, unit)


def _row(kinds: Sequence[Markup], row: Sequence[Text], name: str, id: str, rests: Markup) -> Html:
    cells = [
        _fill('<th scope="row"{}>{}</th>' if place == 0 else "<td{}>{}</td>", kind, cell)
        for place, (kind, cell) in enumerate(zip(kinds, row, strict=True))
    ]
    return _fill(
        "<tr{}{}{}>{}</tr>",
        _fill(' id="{}"', id) if id else "", _fill(' class="{}"', name) if name else "", rests, join(*cells),
    )  # fmt: skip


# --- a document, with what is quoted from it -------------------------------------------------------


def passage(place: str, text: Text, notes: Sequence[Text] = ()) -> Html:
    """A paragraph of a document: its place beside it, and under it what its marked phrases support (``note``)."""
    return _fill(
        '<div class="passage"><p class="place">{}</p>\n<div><p>{}</p>{}</div></div>',
        place, text, _fill('\n<ol class="notes">\n{}\n</ol>', _lines(notes)) if notes else "",
    )  # fmt: skip


def mark(text: Text, title: str) -> Html:
    """A phrase that is quoted from a document; ``title`` says for what."""
    return _fill('<mark title="{}">{}</mark>', title, text)


def tick(id: str, number: int, note: str) -> Html:
    """The number of a marked phrase, leading to its note."""
    return _fill('<sup><a class="tick" id="{}" href="#{}">{}</a></sup>', id, note, str(number))


def note(id: str, number: int, *parts: Text, rests_on: Sequence[str] = ()) -> Html:
    """What a marked phrase supports, under the number that it is marked with."""
    return _fill('<li id="{}" value="{}"{}>{}</li>', id, str(number), _rests(rests_on), join(*parts))


def claimed(id: str, tone: str, remark: str, title: str, text: Text) -> Html:
    """A statement where it stands, leading to its remark.

    Takes    id: of the place, "" where it goes on from before; tone: how it is marked; remark: the id of its remark;
             title: its verdict in a few words.
    """
    return _fill(
        '<a class="claim {}"{} href="#{}" title="{}">{}</a>',
        tone, _fill(' id="{}"', id) if id else "", remark, title, text,
    )  # fmt: skip


def remark(id: str, tone: str, *parts: Text) -> Html:
    """What is to be said of a statement, under the paragraph in which it stands."""
    return _fill('<li id="{}" class="{}">{}</li>', id, tone, join(*parts))


def remarked(place: str, text: Text, remarks: Sequence[Text], summary: str, quiet: Sequence[Text]) -> Html:
    """A paragraph of a document with the remarks on it: those that must be seen, and ``quiet`` ones that open."""
    under = [_fill('<ul class="notes">\n{}\n</ul>', _lines(remarks))] if remarks else []
    if quiet:
        under.append(
            _fill(
                '<details class="quiet"><summary>{}</summary>\n<ul class="notes">\n{}\n</ul></details>',
                summary, _lines(quiet),
            )
        )  # fmt: skip
    return _fill(
        '<div class="passage"><p class="place">{}</p>\n<div><p>{}</p>\n{}</div></div>',
        place,
        text,
        _lines(under),
    )


def page_turn(id: str, name: str) -> Html:
    """Where a page of the document begins."""
    return _fill('<p class="page-turn" id="{}"><span>{}</span></p>', id, name)


def sieve(name: str, choices: Sequence[tuple[str, Text, str]], body: Sequence[Text]) -> Html:
    """Text with marks under its legend. A kind of mark that is opened there leaves only the paragraphs that hold it.

    Takes    name: what the legend is; choices: for each kind of mark its tone, its words, and what opening it does;
             body: the text, in sections and paragraphs (``remarked``, ``passage``).
    """
    chosen = [
        _fill(
            '<details class="sieve-{0}"><summary><span class="claim {0}">{1}</span></summary><p>{2}</p></details>',
            tone, words, said,
        )
        for tone, words, said in choices
    ]  # fmt: skip
    return _fill(
        '<div class="sieve" role="group" aria-label="{}">\n{}\n</div>\n<div class="judged">\n{}\n</div>',
        name, _lines(chosen), _lines(body),
    )  # fmt: skip


def folded(summary: Text, *body: Text) -> Html:
    """What is there and seldom wanted."""
    return _fill('<details class="folded"><summary>{}</summary>\n{}\n</details>', summary, _lines(body))


def figure(chart: Chart, source_note: Text = "") -> Html:
    """A chart with its title, and the numbers it shows as a table that opens under it."""
    columns = [
        Column(name, numeric=place > 0 and all(_NUMBER.fullmatch(uncited(row[place])) for row in chart.rows))
        for place, name in enumerate(chart.columns)
    ]
    return _fill(
        '<div class="chart" id="{name}">\n<figure>\n'
        '<div class="plot" tabindex="0" role="group" aria-label="{title}">{svg}</div>\n'
        "<figcaption>{title}{note}</figcaption>\n</figure>\n"
        '<details class="figure-data"><summary>图中数据</summary>\n{table}\n</details>\n</div>',
        name=chart.name, title=chart.title, svg=_labelled(chart.svg, chart.alt),
        note=_note("span", source_note), table=table(chart.title, columns, chart.rows),
    )  # fmt: skip


def _labelled(svg: str, alt: str) -> Markup:
    """The ``<svg>`` element alone, read out by a screen reader as one image with ``alt``."""
    opening = re.search(r"<svg\b[^>]*>", svg)
    if not opening:
        raise ValueError("a chart's svg has no <svg> element")
    bare = re.sub(r"""\s(role|aria-[a-z]+|focusable)=("[^"]*"|'[^']*')""", "", opening.group())
    label = Markup(' role="img" aria-label="{}" focusable="false"').format(alt)
    return Markup(bare[:4]) + label + Markup(bare[4:] + svg[opening.end() :].rstrip())


def multiples(figures: Iterable[Html]) -> Html:
    """Small charts side by side, as many as there is room for."""
    return _fill('<div class="multiples">\n{}\n</div>', _lines(figures))


def tight(*body: Text) -> Html:
    """Tables of many columns, whose heads go on to further lines; what is folded there stands at the edge."""
    return _fill('<div class="tight">\n{}\n</div>', _lines(body))


def drawing(svg: str, alt: str) -> Html:
    """A drawing within a cell, read out as ``alt``."""
    return Html(_labelled(svg, alt))


# --- inline --------------------------------------------------------------------------------------


def tag(kind: str, text: str) -> Html:
    """A chip (sign, word, tone) for a verdict, a status, a severity or the outcome of a rule.

    Raises   KeyError for a kind that has no sign.
    """
    sign, tone = _TAGS[kind]
    return _fill(
        '<span class="tag {}"><span class="sign" aria-hidden="true">{}</span>{}</span>',
        tone,
        sign,
        text,
    )


def phrase(text: str) -> Html:
    """Words quoted as they stand in a source."""
    return _fill("<q>{}</q>", text)


def code(text: str) -> Html:
    """A file name, a hash, a command."""
    return _fill("<code>{}</code>", text)


def verbatim(text: str) -> Html:
    """The lines of a file, as they stand in it."""
    return _fill("<pre>{}</pre>", text)


def invented(*body: Text) -> Html:
    """A worked example: its numbers are made up for it."""
    return _fill('<div class="invented">\n{}\n</div>', _lines(body))


def index_number(number: int) -> Html:
    """A number that only counts the rows of a table."""
    return _fill('<span class="index-number">{}</span>', str(number))


def index_text(text: str) -> Html:
    """An index number of a working paper, or how often a mark is used."""
    return _fill('<span class="index-number">{}</span>', text)


def tick_mark(sign: str) -> Html:
    """A tick mark in a legend, beside its meaning."""
    return _fill('<span class="tick-mark">{}</span>', sign)


def ticks(items: Iterable[Text]) -> Html:
    """The legend of tick marks."""
    return _fill('<ul class="ticks">\n{}\n</ul>', _lines(_fill("<li>{}</li>", item) for item in items))


def signature(fields: Iterable[tuple[str, str]]) -> Html:
    """Name, date, opinion; a line to write on where there is nothing yet."""
    return _fill(
        '<span class="signature">{}</span>',
        join(*(_fill('<span><span class="label">{}：</span><span class="line">{}</span></span>', *own) for own in fields)),
    )  # fmt: skip


def navigation(label: str, *body: Text, heading: str = "") -> Html:
    """Links to other places or files."""
    head = _fill('<p class="ways-title">{}</p>', heading) if heading else ""
    return _fill('<nav class="ways" aria-label="{}">{}{}</nav>', label, head, join(*body))


def link(text: Text, target: str) -> Html:
    """A link to a place on this page (``#id``), a file beside it, or a public address."""
    if re.match(r"(?!https?:)[^/?#]*:", target):
        raise ValueError(f"a link goes to #id, a file or http(s), not to {target!r}")
    return _fill('<a href="{}">{}</a>', target, text)


def see(id: str) -> Html:
    """A reference such as 图 3-1 to a table, figure or section; the page fills the number in."""
    return _fill('<a class="see" href="#{}"></a>', id)
