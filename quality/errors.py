"""Errors of gates.

    TundishError
    └── SuiteError      a suite file cannot be used: the gate does not open

Here: the classes. Not here: rules that data breaks; those are results (`result`), not errors.
"""

from __future__ import annotations

from pathlib import Path

from ingestion.errors import TundishError


class SuiteError(TundishError):
    """A suite file is no YAML, names no table, or holds an entry that is no expectation."""

    def __init__(self, path: Path, place: str, problem: str) -> None:
        self.path = path
        self.place = place
        self.problem = problem
        super().__init__(
            f"suite {path.name}, {place}: {problem}.",
            "correct the file; quality/suites/README.md shows the form.",
        )
