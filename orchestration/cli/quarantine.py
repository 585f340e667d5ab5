"""``tundish quarantine``: rows that did not become raw. Not here: keeping them (``ingestion.lake.quarantine``)."""

from __future__ import annotations

from collections import Counter

from ingestion.contracts import load_contracts
from ingestion.errors import ConfigurationError
from ingestion.lake.quarantine import list_quarantine
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows

COUNTED = ("table", "rule", "file", "rows")
SHOWN = ("file", "source_row", "line", "rule", "column", "value", "expected", "raw_text")


class UnknownTableError(ConfigurationError):
    """No contract describes a raw table of this name."""


def main(place: Place, *, action: str, table: str, rule: str, limit: int, output: str) -> Exit:
    """Count (``list``) or show (``show``) quarantined rows."""
    settings = load_settings(home=place.home, plant=place.plant)
    if action == "list":
        counts = Counter((row.table, row.rule, row.file) for row in list_quarantine(settings))
        print_rows(COUNTED, [(*name, rows) for name, rows in sorted(counts.items())], output)
        return Exit.OK
    _require_known(table)
    rows = list_quarantine(settings, table, rule=rule or None, limit=limit)
    print_rows(SHOWN, [tuple(getattr(row, name) for name in SHOWN) for row in rows], output)
    return Exit.OK


def _require_known(table: str) -> None:
    known = sorted(contract.raw_name for contract in load_contracts())
    if table not in known:
        system = table.split("__", maxsplit=1)[0]
        near = [name for name in known if name.startswith(system)] or known
        raise UnknownTableError(
            "quarantine", f"no raw table is called {table!r}.", f"use one of: {', '.join(near)}."
        )
