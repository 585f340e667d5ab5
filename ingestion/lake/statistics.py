"""Statistics of a data file in the Delta log, from its Parquet footer: rows, nulls, bounds of each column.

Readers skip files by them, and delta-rs takes a missing bound for a condition that no row meets. So every column that
has values and an order gets bounds, as the Delta protocol writes them: text cut short with its upper bound raised.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

_TEXT_LENGTH = 32
_LAST_CHARACTER = "\U0010ffff"  # a noncharacter: above all text that can be interchanged
_EXACT = re.compile(r'"decimal:(-?[0-9.]+)"')


def file_statistics(metadata: pq.FileMetaData) -> str:
    """The `stats` of an add action, as JSON (Delta protocol, per-file statistics)."""
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    for position in range(metadata.num_columns):
        name, logical = metadata.schema.column(position).path, metadata.schema.column(position).logical_type
        found = [group.column(position).statistics for group in groups]
        if "." in name or not found or any(item is None for item in found):
            continue
        nulls[name] = sum(item.null_count for item in found)
        bounds = _bounds(found, is_text=logical.type == "STRING")
        if bounds is not None:
            lowest[name], highest[name] = bounds
    stats = {"numRecords": metadata.num_rows, "minValues": lowest, "maxValues": highest, "nullCount": nulls}
    return _EXACT.sub(r"\1", json.dumps(stats, ensure_ascii=False))


def _bounds(found: Sequence[pq.Statistics], *, is_text: bool) -> tuple[Any, Any] | None:
    """Lower and upper bound over all row groups; None for a column without values or without an order."""
    filled = [item for item in found if item.num_values]
    if is_text and any(not item.has_min_max for item in filled):
        return "", _LAST_CHARACTER  # the footer leaves very long text out
    limited = [item for item in filled if item.has_min_max]
    if not limited:
        return None
    low, high = min(item.min for item in limited), max(item.max for item in limited)
    return (low[:_TEXT_LENGTH], _raised(high)) if is_text else (_shown(low), _shown(high))


def _raised(text: str) -> str:
    """An upper bound of at most 33 characters: what was cut off is below the last of all characters."""
    return text if len(text) <= _TEXT_LENGTH else text[:_TEXT_LENGTH] + _LAST_CHARACTER


def _shown(value: Any) -> Any:
    """A bound as JSON; decimals keep every digit and lose their quotes in the end."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return f"decimal:{value:f}" if isinstance(value, Decimal) else value
