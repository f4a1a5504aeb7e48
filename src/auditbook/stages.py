"""The five notebooks, the tables that each writes, and what each needs of the others."""

from __future__ import annotations

from dataclasses import dataclass

from auditbook.tables import OPTIONAL

READS_LOG = "AUDITBOOK_READS"


@dataclass(frozen=True)
class Stage:
    """A notebook, its title, the tables it writes, and the stages whose tables it reads."""

    name: str
    notebook: str
    title: str
    tables: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def possible(self) -> tuple[str, ...]:
        """Its tables and those that it writes only where they have rows."""
        return (*self.tables, *(name for name, stage in OPTIONAL.items() if stage == self.name))


STAGES = (
    Stage(
        "ingest", "10_ingest.ipynb", "读入原始资料",
        (
            "sources", "figures", "objectives", "statements", "published", "judgements", "overrides", "recorded", "replies",
            "grades",
        ),
        (),
    ),
    Stage("quality", "20_quality.ipynb", "检查数据质量", ("quality", "corroboration", "reconciliations"), ("ingest",)),
    Stage("indicators", "30_indicators.ipynb", "计算指标", ("indicators", "claims", "narrative", "coverage"), ("ingest",)),
    Stage(
        "findings", "40_findings.ipynb", "评分与审计发现", ("scores", "schemes", "findings", "sensitivity", "room"),
        ("ingest", "quality", "indicators"),
    ),
    Stage("report", "50_report.ipynb", "成文", (), ("ingest", "quality", "indicators", "findings")),
)  # fmt: skip
