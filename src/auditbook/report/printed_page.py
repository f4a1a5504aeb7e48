"""The PDF of a finished page: Chromium prints it, offline and in a profile of its own; the same bytes for the same page."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from auditbook.faults import AuditbookError, Fault

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET = (
    "没有找到 Chromium，没有做 report.pdf（其余文件不受影响）；要做，请安装它（Debian：apt install chromium），"
    "或者用环境变量 AUDITBOOK_CHROMIUM 写明它在哪里"
)
MOST_SECONDS = 180
_OFFLINE = (
    "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-default-apps", "--metrics-recording-only", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
)  # fmt: skip
_TAGGED = ("--generate-pdf-document-outline", "--export-tagged-pdf")
_PLAIN = ("--disable-pdf-tagging",)
_MOST_SAID = 200  # characters of what Chromium says of a fault
# A link that leads out of the page: on paper its words are enough, and the address of a file beside it would tell this
# machine's folders.
_OUTWARD = re.compile(r'(<a\b[^>]*?)\shref="(?!#)[^"]*"')
# All that differs from making to making: Chromium writes no random /ID, and numbers its tags from one.
_TIME = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")
_FIXED_TIME = b"19800101000000+00'00'"
_LISTED = re.compile(r'<a href="#([\w-]+)">')  # a line of the contents


class PrintError(AuditbookError):
    """A page that could not be printed; the other files of a run stand."""


def available() -> Path | None:
    """The Chromium that prints, or None: then ``HOW_TO_GET`` is the line to say."""
    chosen = os.environ.get("AUDITBOOK_CHROMIUM")
    found = shutil.which(chosen) if chosen else next(filter(None, map(shutil.which, PROGRAMS)), None)
    return Path(found) if found else None


def pdf(page: Path) -> bytes:
    """Print a page.

    Takes    page: a finished page of ours (it holds its font and its drawings).
    Returns  the whole file, tagged and with an outline; the same bytes for the same page and the same Chromium.
    Raises   PrintError where there is no Chromium, the page cannot be read, Chromium fails or takes too long.
    """
    program = available()
    if program is None:
        raise PrintError(Fault("report.pdf", HOW_TO_GET))
    try:
        html = page.read_text(encoding="utf-8")
    except OSError as error:
        raise PrintError(
            Fault(str(page), "读不了这个网页", "已经成文的报告", "先运行 auditbook run")
        ) from error
    html = _OUTWARD.sub(r"\1", html)
    # CSS cannot tell Chromium on which page a heading stands. A first printing, quicker for want of tags, tells it; the
    # numbers that the contents then get move nothing, for a line of the contents has room for its number.
    if _LISTED.search(html) and (numbers := _page_numbers(_printed(program, html, _PLAIN), html)):
        html = html.replace("</style>", f"{_numbered_contents(numbers)}</style>", 1)
    return _undated(_printed(program, html, _TAGGED))


def _page_numbers(content: bytes, html: str) -> dict[str, int]:
    """On which page each heading of the contents stands."""
    import pdfplumber
    from pdfplumber.utils.pdfinternals import resolve

    contents = html.partition('<nav class="contents"')[2].partition("</nav>")[0]
    with pdfplumber.open(io.BytesIO(content)) as read:
        places = resolve(read.doc.catalog.get("Dests", {}))
        pages = {page.page_obj.pageid: page.page_number for page in read.pages}
        found = {id: resolve(places[id]) for id in _LISTED.findall(contents) if id in places}
    return {id: pages[place[0].objid] for id, place in found.items()}


def _numbered_contents(numbers: dict[str, int]) -> str:
    rules = (f'.contents a[href="#{id}"]::after {{ content: "{number}"; }}' for id, number in numbers.items())
    return "@media print {\n" + "\n".join(rules) + "\n}\n"


def _printed(program: Path, html: str, kind: Sequence[str]) -> bytes:
    """A page's PDF as Chromium makes it. Raises PrintError where it makes none that is whole."""
    with tempfile.TemporaryDirectory(prefix="auditbook-print-") as name:
        folder = Path(name)
        page, printed = folder / "page.html", folder / "page.pdf"
        page.write_text(html, encoding="utf-8")
        said = _run([str(program), *_OFFLINE, *kind], page, printed, folder)
        content = printed.read_bytes() if printed.is_file() else b""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-32:]:
        raise PrintError(
            Fault(f"report.pdf（{program}）", f"Chromium 没有印成：{said or '没有说明原因'}", "完整的 PDF", "换一个版本的 Chromium 再试")
        )  # fmt: skip
    return content


def _run(chromium: Sequence[str], page: Path, printed: Path, folder: Path) -> str:
    """Let Chromium print; returns the last it said."""
    command = [*chromium, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={printed}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium's sandbox refuses to start for root
    environment = {
        **os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder),
        "TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    try:
        process = subprocess.Popen(
            [*command, page.as_uri()], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise PrintError(
            Fault(chromium[0], f"启动不了：{error.strerror}", "能运行的 Chromium", HOW_TO_GET)
        ) from error
    try:
        _, said = process.communicate(timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise PrintError(
            Fault(
                "report.pdf",
                f"Chromium 印了 {MOST_SECONDS} 秒还没有印完，已经停下",
                remedy="机器空闲时再运行一次",
            )
        ) from None
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][-_MOST_SAID:] if lines and process.returncode else ""


def _undated(content: bytes) -> bytes:
    """A PDF without the time of its making: as many characters as before, for its table of places counts them."""

    def time(found: re.Match[bytes]) -> bytes:
        length = len(found.group()) - len(found[1]) - len(b"/ (D:)")
        return b"/%s (D:%s)" % (found[1], _FIXED_TIME[:length].ljust(length, b"0"))

    return _TIME.sub(time, content)
