"""Known vulnerabilities of what is locked: `make audit`. Fails where any is known, and where anything could not be checked.

pip-audit asks PyPI's advisories. That it found nothing is only worth something where it has answered for every package of
the locks, and where those who were asked know anything at all: what it skipped or left out fails, and so does an index that
does not even know what everybody knows.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-bootstrap.lock", "requirements-audit.lock")
KNOWN = "flask==0.5"  # PYSEC-2018-66 and others
_LINE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
NO_ANSWER = "pip-audit 没有给出结果（no answer）：什么也没有查（nothing was checked）"


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
    found: set[tuple[str, str]] = set()
    told = []
    try:
        for row in json.loads(answer)["dependencies"]:
            if "skip_reason" in row:
                told.append(f"{row['name']}：没有查（not checked）：{row['skip_reason']}")
                continue
            found.add((_name(row["name"]), row["version"]))
            for one in row["vulns"]:
                fixed = "、".join(one.get("fix_versions", [])) or "—"
                told.append(f"{row['name']} {row['version']}：{one['id']}（修复于 fixed in {fixed}）")
    except (ValueError, KeyError, TypeError, AttributeError):
        return [NO_ANSWER]
    told += [f"{name} {version}：没有查（not checked）" for name, version in sorted(wanted - found)]
    return told + ([] if wanted else ["锁定文件里没有依赖（no dependencies in the locks）"])


def without_advisories(answer: str) -> bool:
    """Whether who was asked does not even know of ``KNOWN`` what has long been known: then it knows nothing of the rest."""
    try:
        return not any(row["vulns"] for row in json.loads(answer)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return True


def _asked(requirements: Path, *options: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as cache:  # an answer of last month is no answer
        return subprocess.run(
            [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", *options, "--format", "json",
             "--progress-spinner", "off", "--cache-dir", cache, "--requirement", str(requirements)],
            capture_output=True, text=True,
        )  # fmt: skip


def main() -> int:
    """Ask, and tell; 0 only where every package was checked and nothing is known."""
    wanted: set[tuple[str, str]] = set()
    told: list[str] = []
    for name in LOCKS:
        own = locked((ROOT / name).read_text(encoding="utf-8"))
        done = _asked(ROOT / name, "--require-hashes")
        found = faults(done.stdout, own)
        if found and done.stderr.strip():
            found.append(done.stderr.strip().splitlines()[-1])
        told += [f"{name}: {fault}" for fault in found]
        wanted |= own
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        known.write_text(f"{KNOWN}\n", encoding="utf-8")
        if without_advisories(_asked(known, "--no-deps").stdout):
            told.append(
                f"{KNOWN} 的已知漏洞没有报出：问到的地方不知道漏洞（whoever was asked knows no advisories）"
            )
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
