"""Invented departments (虚构): complete cases whose faults are known, for load and for measuring the finding rules.

``invent`` writes a base folder: case files, evidence with its register, and ``truth.csv``, which says what must be found. Nothing in
it is real, and every name says so.
"""

from inventing.folder import invent

__all__ = ["invent"]
