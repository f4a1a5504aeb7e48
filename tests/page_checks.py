"""What a delivered page must satisfy in a real browser. Each check takes an open page and returns complaints, none where it is well.

A check says what it found as a line of words, so that a test can show that a fault put into a copy of the page is found.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 768, 1440)
HEIGHT = 900
EDGE = 0.5  # px: what rounding leaves


def opened(context: BrowserContext, path: Path, width: int = 1440) -> Page:
    """The page in a tab of its own."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.goto(path.as_uri())
    return page


def unfold(page: Page, open: bool) -> None:
    """Open or close whatever opens: all that folds, and the evidence of the first number."""
    page.evaluate(
        """open => {
          document.querySelectorAll('details').forEach(one => one.open = open);
          const entry = open && document.querySelector('a.ref');
          if (entry || location.hash) location.hash = entry ? entry.hash : '#closed';
        }""",
        open,
    )


# --- accessibility -------------------------------------------------------------------------------------------------

# Two rules are nine tenths of axe's time, and find the same in all text that looks the same: with these a few of each kind are
# looked at, where a kind is its colour and line, its size, and every ground under it, when all is open. All other rules look at
# every element.
_BY_LOOK = ["color-contrast", "link-in-text-block"]
_AXE = """async ({tags, byLook, most}) => {
  const kinds = new Map();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility({contentVisibilityAuto: true})) continue;
    const own = getComputedStyle(element), around = getComputedStyle(element.parentElement);
    const kind = [element.tagName, own.color, own.fontSize, own.fontWeight, own.textDecorationLine, own.display, around.color];
    for (let up = element; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      kind.push(style.backgroundColor, style.backgroundImage, style.opacity);
    }
    const key = kind.join();
    kinds.set(key, [...(kinds.get(key) ?? []), element].sort((one, other) => other.textContent.length - one.textContent.length).slice(0, most));
  }
  const seen = most ? await axe.run({include: [...kinds.values()].flat()},
    {runOnly: {type: 'rule', values: byLook}, resultTypes: ['violations']}) : {violations: []};
  const rest = await axe.run(document, {runOnly: {type: 'tag', values: tags},
    rules: Object.fromEntries(byLook.map(rule => [rule, {enabled: false}])), resultTypes: ['violations']});
  return [seen, rest].flatMap(result => result.violations).flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target} ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""


# Of all text, by its own colour and the nearest ground, which is all there is where no ground is a picture. Also where colours
# are forced: axe then still takes the colour that the author asked for.
_DIM = """() => {
  const parts = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = colour => { const [r, g, b] = parts(colour).map(n => n / 255).map(n => n <= .04045 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = element => { for (; element; element = element.parentElement) {
    const colour = getComputedStyle(element).backgroundColor; if ((parts(colour)[3] ?? 1) > 0) return colour; }
    return 'rgb(255, 255, 255)'; };
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility() || element.ownerSVGElement) continue;
    const pair = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + .05) / (pair[1] + .05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`);
  }
  return found; }"""


def inaccessible(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA that axe-core finds, closed and opened."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for open in (False, True):
        unfold(page, open)
        found += page.evaluate(_AXE, {"tags": WCAG, "byLook": _BY_LOOK, "most": 2 if open else 0})
        found += page.evaluate(_DIM)
    return found


# --- layout ----------------------------------------------------------------------------------------------------------

_OUTSIDE = """edge => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push(`scrolls sideways: ${document.documentElement.scrollWidth}`);
  const scrolls = new Map();
  const held = element => {
    if (!element || element === document.body) return false;
    if (!scrolls.has(element)) scrolls.set(element,
      ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || held(element.parentElement));
    return scrolls.get(element);
  };
  for (const element of document.body.querySelectorAll('*:not(.skip)')) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || (box.right <= wide + edge && box.left >= -edge) || held(element.parentElement)) continue;
    if (element.ownerSVGElement) continue; // drawn within its picture, see below
    found.push(`outside: ${element.outerHTML.slice(0, 120)} ${box.left} to ${box.right} of ${wide}`);
  }
  for (const text of document.querySelectorAll('svg text')) {
    const box = text.getBoundingClientRect(), picture = text.ownerSVGElement.getBoundingClientRect();
    const above = box.height / 4; // what a line has over its characters
    if (box.left < picture.left - edge || box.right > picture.right + edge || box.top < picture.top - above || box.bottom > picture.bottom + above)
      found.push(`cut in its chart: ${text.textContent} ${box.left - picture.left} to ${box.right - picture.left} of ${picture.width}`);
  }
  return found;
}"""


def overflowing(page: Page) -> list[str]:
    """What does not fit into the window and is not within something that scrolls, closed and opened."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for open in (False, True):
            unfold(page, open)
            found += [f"{width} px: {line}" for line in page.evaluate(_OUTSIDE, EDGE)]
    return found


# --- nothing leaves, nothing complains ---------------------------------------------------------------------------------


def restless(context: BrowserContext, path: Path) -> list[str]:
    """Requests for anything but the file itself, errors, dialogs: while the page loads, opens, and is gone through."""
    page = context.new_page()
    found: list[str] = []
    went: list[str] = []
    own = path.as_uri()

    def requested(request: Any) -> None:
        address = str(request.url).partition("#")[0]
        if address != own and not address.startswith("data:"):
            found.append(f"request: {request.url[:120]}")

    def dialog(shown: Any) -> None:
        found.append(f"dialog: {shown.message}")
        shown.dismiss()

    page.on("request", requested)
    page.on("console", lambda said: found.append(f"console: {said.type} {said.text}"))
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on("dialog", dialog)
    page.on("popup", lambda other: found.append(f"popup: {other.url}"))
    page.on("framenavigated", lambda frame: went.append(frame.url))
    page.goto(own, wait_until="load")
    page.wait_for_timeout(250)
    # in a page that is leaving, a question may never be answered, and nothing ends the waiting: it is told, not looked at
    if all(address.partition("#")[0] == own for address in went):
        unfold(page, True)
        page.mouse.move(300, 300)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(50)
    found += [f"went to {address}" for address in went if address.partition("#")[0] != own]
    page.close()
    return found


# --- the keyboard ------------------------------------------------------------------------------------------------------

_FOCUS = """() => { globalThis.visited = []; document.addEventListener('focusin', event => {
  const element = event.target, style = getComputedStyle(element), box = element.getBoundingClientRect();
  visited.push({
    element, name: element.outerHTML.slice(0, 100), first: element.classList.contains('skip'),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
  });
}); }"""
_STOPS = """() => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(element => element.checkVisibility())"""
_LEFT = f"""() => {{
  const gone = new Set(visited.map(one => one.element));
  return [
    ...({_STOPS})().filter(element => !gone.has(element)).map(element => `not reached: ${{element.outerHTML.slice(0, 100)}}`),
    ...visited.filter(one => !one.ring).map(one => `no ring: ${{one.name}}`),
    ...visited.filter(one => !one.seen).map(one => `not seen: ${{one.name}}`),
    ...(visited[0]?.first ? [] : [`first: ${{visited[0]?.name}}`]),
  ]; }}"""


def unreachable(page: Page, most: int = 150) -> list[str]:
    """What Tab does not reach, closed as the page opens: the skip link first, then every link and whatever opens, with a ring.

    Takes    most: how many are gone through by key; the rest, hundreds of numbers, are asked to take the focus.
    """
    page.evaluate(_FOCUS)
    stops = page.evaluate(f"() => ({_STOPS})().length")
    for _ in range(min(stops, most)):
        page.keyboard.press("Tab")
    page.evaluate(
        f"most => ({_STOPS})().slice(most).forEach(element => element.tabIndex >= 0 && element.focus())", most
    )
    return list(page.evaluate(_LEFT))


# One of each kind: what it is of, by class and element.
_KINDS = """([selector, most]) => {
  const kinds = new Map();
  for (const element of document.querySelectorAll(selector)) {
    if (!element.checkVisibility()) continue;
    const key = [element.className, element.parentElement.tagName, element.parentElement.className].join();
    kinds.set(key, [...(kinds.get(key) ?? []), element].slice(0, most));
  }
  globalThis.kinds = [...kinds.values()].flat();
  return globalThis.kinds.length;
}"""


def not_opening(page: Page, most: int = 2) -> list[str]:
    """What Enter does not open: summaries, and links within the page, a few of each kind. Works in a page without scripts."""
    found = []
    for number in range(page.evaluate(_KINDS, ["summary", most])):
        page.evaluate("n => kinds[n].focus()", number)
        before = page.evaluate("n => kinds[n].parentElement.open", number)
        page.keyboard.press("Enter")
        if page.evaluate("n => kinds[n].parentElement.open", number) == before:
            found.append(
                page.evaluate("n => `Enter does nothing: ${kinds[n].outerHTML.slice(0, 100)}`", number)
            )
        else:
            page.keyboard.press("Enter")
    for number in range(page.evaluate(_KINDS, ["a[href^='#']", most])):
        page.evaluate("n => kinds[n].focus()", number)
        page.keyboard.press("Enter")
        found += page.evaluate(
            """async n => {
              const link = kinds[n], id = decodeURIComponent(link.hash.slice(1)), target = document.getElementById(id);
              const box = target?.getBoundingClientRect();
              const there = box && box.height && box.bottom > 0 && box.top < innerHeight && decodeURIComponent(location.hash) === '#' + id;
              return there ? [] : [`leads nowhere: ${link.outerHTML.slice(0, 100)}`]; }""",
            number,
        )
    return found


# --- what a reader has asked of the browser ------------------------------------------------------------------------------

_MOVING = """() => [
  ...document.getAnimations().map(one => `moves: ${one.effect?.target?.outerHTML.slice(0, 100)}`),
  ...[...document.querySelectorAll('*')].filter(element => {
    const style = getComputedStyle(element);
    return style.transitionDuration.split(',').some(time => parseFloat(time) > 0) || style.animationName !== 'none'
      || style.scrollBehavior === 'smooth';
  }).map(element => `would move: ${element.outerHTML.slice(0, 100)}`)]"""


def moving(page: Page) -> list[str]:
    """What moves although the reader has asked for less motion."""
    page.emulate_media(reduced_motion="reduce")
    return list(page.evaluate(_MOVING))


# Marks that a page tells by a ground: in forced colours no ground is left, so a line or a sign must tell them.
_BARE = """() => [...document.querySelectorAll('mark, .claim, .tag, .callout')].filter(element => {
  const style = getComputedStyle(element), sign = getComputedStyle(element, '::before').content;
  const lines = ['Top', 'Right', 'Bottom', 'Left'].some(
    side => style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) > 0);
  return element.checkVisibility() && !lines && ['none', 'normal'].includes(sign) && !element.querySelector('.sign');
}).map(element => `told by its ground alone: ${element.outerHTML.slice(0, 100)}`)"""


def lost_in_forced_colours(page: Page) -> list[str]:
    """Text that cannot be read, and marks that are told by a ground alone, where the reader's own colours are forced."""
    unfold(page, True)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{scheme}: {line}" for line in page.evaluate(_DIM) + page.evaluate(_BARE)]
    return found


# --- on paper ------------------------------------------------------------------------------------------------------------

_UNITS = """() => {
  const words = element => { const copy = element.cloneNode(true); copy.querySelectorAll('.skip').forEach(e => e.remove());
    return copy.textContent.replace(/[\\s-]/g, ''); };
  const shown = element => !element.closest('.contents-fold, .judged .folded') && element.checkVisibility();
  const all = selector => [...document.querySelectorAll(selector)].filter(shown);
  return {
    heads: all('h1, h2, h3, h4, h5, h6, caption, figcaption').map(words),
    cells: all('main td, main th').filter(cell => !cell.querySelector('details, table, dl, p, ul, svg')).map(words),
    tables: all('main table').map(table => ({
      caption: words(table.caption ?? table),
      head: [...table.querySelectorAll('thead th')].map(words),
      rows: [...table.querySelectorAll('tbody > tr:not(.under)')].map(row => [...row.cells].map(words)),
    })),
  }; }"""
# What was closed is laid out: on a busy machine the page would else be counted before and printed after.
_SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
A4 = (595, 842)  # points
_OUTER = 22 / 25.4 * 72  # the outer margin


def poor_on_paper(page: Page) -> list[str]:
    """What is missing, cut or unnumbered where the page is printed on A4, of what it shows opened: headings, captions, cells, heads of tables that go on."""
    unfold(page, True)
    units = page.evaluate(_UNITS)
    unfold(page, False)
    page.evaluate(_SETTLED)
    data = page.pdf(prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(data)
    found, texts = [], []
    for number, sheet in enumerate(document, 1):
        size = tuple(round(side) for side in sheet.get_size())
        if size not in (A4, A4[::-1]):
            found.append(f"page {number} is no A4: {sheet.get_size()}")
        read = sheet.get_textpage()
        texts.append(re.sub(r"[\s\x00-\x1f\ufffe-]", "", read.get_text_bounded()))
        right = max((box[2] for n in range(read.count_rects()) if (box := read.get_rect(n))), default=0)
        if right > size[0] - _OUTER + 2:
            found.append(f"page {number}: text beyond the margin, to {right:.0f}")
    document.close()
    whole = "".join(texts)
    for number, text in enumerate(texts[1:], 2):
        # a report's own number, or a working paper's: 第 2 页 共 7 页
        if f"—{number}—" not in text and f"第{number}页共{len(texts)}页" not in text:
            found.append(f"page {number} of {len(texts)} has no number: …{text[-60:]}")
    found += [f"missing: {words}" for words in units["heads"] if words not in whole]
    found += [f"cut or missing: {cell}" for cell in units["cells"] if not any(cell in text for text in texts)]
    found += [line for table in units["tables"] for line in _headless(table, texts)]
    return found


def _headless(table: dict[str, Any], texts: list[str]) -> list[str]:
    """The pages that show rows of a table and not its head."""
    head = "".join(table["head"])
    rows = ["".join(row) for row in table["rows"]]
    held = [[number for number, text in enumerate(texts) if row in text] for row in rows if len(row) > 8]
    pages = sorted({found[0] for found in held if len(found) == 1})
    return [
        f"page {number + 1}: rows of “{table['caption']}” without their head"
        for number in pages
        if head not in texts[number]
    ]
