"""The published numbers as the page shows them: worst first, each with its verdict and its place."""

from __future__ import annotations

from auditbook.cases import DEPARTMENT
from auditbook.claims import KINDS as CLAIM_KINDS
from auditbook.claims import TASK_KINDS, VERDICTS, entered, place
from auditbook.observations import about_name
from auditbook.pipeline import Run
from auditbook.report import fragments as html
from auditbook.report.fragments import Column, Html, Text
from auditbook.report.references import row_reference
from auditbook.tables import Row


def _claimed(row: Row, run: Run) -> str:
    """What a published number speaks of: whose, where it is not the department's, indicator or figure, and the item."""
    name, _, item = row["about"].partition(":")
    figure = name if name in run.dictionary else ""
    if name in run.rulebook.stanzas:
        stanza = run.rulebook.stanzas[name]
        figure = next(iter(stanza.figures(stanza.primary)), "")
    words = about_name(row["about"], run.rulebook, run.table("objectives"))
    if item and figure:
        words = f"{words}·{run.figures.item_name(figure, item)}"
    if row["scope"] != DEPARTMENT:
        words = f"{run.audit.scope_name(row['scope'])}·{words}"
    return words if row["year"] == str(run.audit.case.year) else f"{row['year']}年·{words}"


def published_claims(run: Run) -> Html:
    """Every published number with its verdict, worst first."""
    rows: list[list[Text]] = []
    under: list[Text] = []
    refs: list[str] = []
    worst_first = list(VERDICTS)[::-1]
    for row in sorted(entered(run.table("claims")), key=lambda row: worst_first.index(row["verdict"])):
        if row["kind"] in TASK_KINDS:
            continue
        printed = f"{row['published']}{row['unit']}"
        refs.append(row_reference("claims", row))
        rows.append(
            [
                _claimed(row, run), CLAIM_KINDS[row["kind"]], printed,
                html.tag(row["verdict"], VERDICTS[row["verdict"]]), row["explanation"],
            ]
        )  # fmt: skip
        terms: list[tuple[Text, Text]] = [("短语", html.phrase(row["quote"])), ("位置", row["locator"])]
        under.append(html.evidence(f"出处 {place(row['locator'])}", terms))
    columns = [
        Column("所说的数"),
        Column("类别"),
        Column("公布值", numeric=True),
        Column("判断"),
        Column("重算与说明"),
    ]
    return html.table(
        "公布的数字逐一判断", columns, rows, id="claims", rest_in="claims.csv", under=under, row_refs=refs
    )
