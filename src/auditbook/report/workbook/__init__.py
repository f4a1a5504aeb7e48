"""The workbook that auditors hand over: every table of a run, with indicators and scores as live formulas."""

from auditbook.report.workbook.book import workbook

__all__ = ["workbook"]
