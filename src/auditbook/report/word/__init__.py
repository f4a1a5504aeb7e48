"""The Word report: made from the finished page by walking its markup, so that the two cannot say different things."""

from __future__ import annotations

from auditbook.report.word import bookmarks, package
from auditbook.report.word.body import Body, Setting
from auditbook.report.word.markup import Element, read


def document(html: str) -> bytes:
    """Make report.docx of report.html.

    Takes    html: the finished page, as ``page.render`` makes it.
    Returns  the whole file: pages and headings after GB/T 9704, contents, charts as pictures with their words, links within
             the document; nothing in it leads out of it or asks when it is opened. The same bytes for the same page.
    Raises   ValueError where the page is none of ours: it has no main part, or a drawing without size.
    """
    page = read(html)
    main, title = page.first("main"), page.first("h1")
    if main is None or title is None:
        raise ValueError("the page has no <main> or no <h1>")
    body = Body(bookmarks.of_page(page))
    cover = page.first("header", "cover")
    if cover:
        body.walk(cover.children, Setting(style="Subtitle"))
    contents = page.first("nav", "contents")
    if contents:
        _contents(body, contents)
    body.turn()
    body.walk(main.children, Setting())
    for foot in page.named("footer"):
        body.walk([foot], Setting())
    return package.packed(body, " ".join(title.text().split()))


def _contents(body: Body, nav: Element) -> None:
    """The contents, filled in: Word may renew them, and need not."""
    heading = next((p for p in nav.named("p") if "contents-title" in p.classes), None)
    body.contents(heading.text() if heading else "目录", _entries(nav, 0))


def _entries(nav: Element, level: int) -> list[tuple[int, Element]]:
    found: list[tuple[int, Element]] = []
    for child in nav.children:
        if isinstance(child, Element):
            if child.name == "a":
                found.append((level, child))
            else:
                found.extend(_entries(child, level + (child.name == "ol")))
    return found
