"""The mutation corpus: an invented department in several forms, damaged by named operators, each with what must come of it.

``truth`` is what the department's figures are; ``books`` what a table is before it is a file; ``forms`` how the truth is handed in;
``operators`` the damages and harmless variants; ``mutants`` what must come of which, where; ``judging`` what came of it.
"""
