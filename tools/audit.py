"""Known vulnerabilities of what is locked: `make audit`. Fails where any is known, and where anything could not be checked.

pip-audit asks PyPI's advisories. That it found nothing is only worth something where it has answered for every package of
the locks: what it skipped, or left out, is told and fails as well.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-bootstrap.lock", "requirements-audit.lock")
_LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")


def locked(text: str) -> set[tuple[str, str]]:
    """Name and version of every package that a lock names for this Python and platform."""
    found = set()
    for line in text.splitlines():
        if (package := _LINE.match(line)) and (not package[3] or Marker(package[3]).evaluate()):
            found.add((_name(package[1]), package[2]))
    return found


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def faults(answer: str, wanted: set[tuple[str, str]]) -> list[str]:
    """What stands against saying that nothing is known: vulnerabilities, and whatever was not checked.

    Takes    answer: pip-audit's JSON; wanted: what must be in it.
    """
    try:
        rows = json.loads(answer)["dependencies"]
        found = {
            (_name(row["name"]), row["version"]): row["vulns"] for row in rows if "skip_reason" not in row
        }
        skipped = [
            f"{row['name']}：没有查（not checked）：{row['skip_reason']}"
            for row in rows
            if "skip_reason" in row
        ]
    except (ValueError, KeyError, TypeError):
        return ["pip-audit 没有给出结果（no answer）：什么也没有查（nothing was checked）"]
    known = [
        f"{name} {version}：{vulnerability['id']}（修复于 fixed in {'、'.join(vulnerability.get('fix_versions', [])) or '—'}）"
        for (name, version), vulnerabilities in sorted(found.items())
        for vulnerability in vulnerabilities
    ]
    missing = [f"{name} {version}：没有查（not checked）" for name, version in sorted(wanted - set(found))]
    return [*known, *skipped, *missing] + (
        [] if wanted else ["锁定文件里没有依赖（no dependencies in the locks）"]
    )


def main() -> int:
    """Ask, and tell; 0 only where every package was checked and nothing is known."""
    wanted: set[tuple[str, str]] = set()
    told: list[str] = []
    for name in LOCKS:
        own = locked((ROOT / name).read_text(encoding="utf-8"))
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes", "--format", "json",
             "--progress-spinner", "off", "--requirement", str(ROOT / name)],
            capture_output=True, text=True,
        )  # fmt: skip
        found = faults(done.stdout, own)
        if found and done.stderr.strip():
            found.append(done.stderr.strip().splitlines()[-1])
        told += [f"{name}: {fault}" for fault in found]
        wanted |= own
    for line in told:
        print(line, file=sys.stderr)
    if told:
        print(f"不通过 / failed: {len(told)}", file=sys.stderr)
        return 1
    print(
        f"{len(wanted)} 个依赖都已查，没有已知漏洞 / {len(wanted)} packages checked, no known vulnerability"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
