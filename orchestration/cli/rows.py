"""Printing rows as a table, CSV or JSON. Not here: where they come from."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], output: str, title: str = "") -> None:
    """Print rows on standard output; ``output`` is table, csv or json."""
    if output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows)
    elif output == "json":
        body = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    else:
        print_table(columns, rows, title)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Draw a table; as wide as it needs to be where nobody looks at a terminal."""
    table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console = Console(file=sys.stdout, width=10_000)
    console.print(table)


def _plain(value: Any) -> Any:
    """Return a value that JSON and CSV can carry; times in ISO 8601, decimals as text with all digits."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
