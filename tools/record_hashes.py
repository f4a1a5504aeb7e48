"""Record anew the sha256 of the files in a case folder: `tools/record_hashes.py data/raw/CASE`.

For use after an auditor has edited a table on purpose. Only the sha256 values in SOURCES.yaml
change; every other byte of it stays. An original that tables were transcribed from is never
re-recorded: another original means another transcription, which no tool can vouch for.
"""

import hashlib
import sys
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

WRONG_USAGE, UNREADABLE = 2, 3


class Refused(Exception):
    """SOURCES.yaml cannot be brought up to date; nothing has been written."""


def record(folder: Path) -> list[str]:
    """Bring the hashes in SOURCES.yaml up to date.

    Takes    folder: a case's folder, with SOURCES.yaml in it.
    Returns  what changed, and what was left alone although it differs, a line each.
    Raises   Refused where SOURCES.yaml or a file cannot be read, or is not as expected.
    """
    register = folder / "SOURCES.yaml"
    try:
        text = register.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{register}: 读不到（{error}）") from error
    entries = list(_entries(text, register))
    originals = {origin for entry in entries if (origin := _origin(entry))}
    said, changes = [], []
    for entry in entries:
        name, file = _scalar(entry, "id"), _scalar(entry, "file")
        if not file:
            continue
        where = f"{register}:{_node(entry, 'file').start_mark.line + 1}"
        if Path(file).name != file or "\\" in file:
            raise Refused(f"{where}: file 是“{file}”，应是本文件夹里的文件名，不含路径")
        path = folder / file
        if not path.is_file():
            continue
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise Refused(f"{where}: 文件“{file}”读不到（{error.strerror}）") from error
        node = _node(entry, "sha256")
        if not isinstance(node, ScalarNode):
            raise Refused(f"{where}: 资料“{name}”没有 sha256 一行，请先补上“sha256:”")
        recorded = _scalar(entry, "sha256")
        if recorded == found:
            continue
        if name in originals:
            said.append(f"{name}: 未改。{file} 与登记的原件不同，请核对原件；若已换原件，须重新转录")
            continue
        said.append(f"{name}: {file} {recorded[:12] or '（空）'} → {found[:12]}")
        changes.append(_change(text, entry, node, found))
    for start, end, value in reversed(changes):
        text = text[:start] + value + text[end:]
    if changes:
        register.write_bytes(text.encode("utf-8"))
    return said


def _entries(text: str, register: Path) -> list[MappingNode]:
    try:
        root = YAML().compose(text)
    except YAMLError as error:
        raise Refused(f"{register}: 不是合格的 YAML（{str(error).splitlines()[0]}）") from error
    entries = _node(root, "sources")
    if not isinstance(entries, SequenceNode):
        raise Refused(f"{register}: 没有 sources 列表")
    return [entry for entry in entries.value if isinstance(entry, MappingNode)]


def _node(mapping, key: str):
    """The node of a key's value, or None."""
    pairs = mapping.value if isinstance(mapping, MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _scalar(mapping, key: str) -> str:
    """The text of a key's value; empty where there is none."""
    node = _node(mapping, key)
    empty = not isinstance(node, ScalarNode) or (not node.style and node.value in {"null", "~"})
    return "" if empty else str(node.value)


def _origin(entry: MappingNode) -> str:
    return _scalar(_node(entry, "transcribed_from"), "source")


def _change(text: str, entry: MappingNode, node: ScalarNode, found: str) -> tuple[int, int, str]:
    """Where the new hash goes and how it is written: in the old one's quotes, if it had any."""
    start, end = node.start_mark.index, node.end_mark.index
    if start == end:  # nothing after the colon; the mark then stands at whatever comes next
        key = next(name for name, value in entry.value if value is node)
        start = end = text.index(":", key.end_mark.index) + 1
        return start, end, f" {found}"
    quote = node.style if node.style in {"'", '"'} else ""
    return start, end, f"{quote}{found}{quote}"


def main(arguments: list[str]) -> int:
    """Run the tool; returns the exit code."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("用法：tools/record_hashes.py CASE_FOLDER（如 data/raw/CASE）", file=sys.stderr)
        return WRONG_USAGE
    try:
        said = record(Path(arguments[0]))
    except Refused as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    print("\n".join(said) or "没有变化")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
