"""Pages in Chromium, where there is one: how wide they are laid out."""

import re
import subprocess
from pathlib import Path


def run(command: list[str]) -> str:
    """What a program prints."""
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return done.stdout.decode("utf-8", "replace")


def width_of(chromium: list[str], page: Path, width: int) -> int:
    """How wide a page is laid out in a window of a width: as wide, unless it has to be scrolled sideways.

    An iframe has the asked width even where a window cannot be as narrow; the page itself runs no script.
    """
    frame = page.with_name("frame.html")
    frame.write_text(
        f'<iframe id="f" src="{page.name}" style="border:0;width:{width}px;height:600px"></iframe><script>f.onload=()=>'
        '{document.title="width="+f.contentDocument.documentElement.scrollWidth}</script>',
        encoding="utf-8",
    )
    [found] = re.findall(r"<title>width=(\d+)</title>", run([*chromium, "--dump-dom", frame.as_uri()]))
    return int(found)
