"""Whether a contract that changed says so by its version, beside what was recorded of it the last time.

Semantic versioning: a column that is gone, has another type or another part in the key is a major version, a new column a minor
one. Version 0 is a draft, which changes as it likes. Not here: the next version when a delivery changed
(``ingestion.drift.accept``), what consumers of a release were promised (``released_columns``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ingestion.contracts.writing import to_yaml
from ingestion.drift.accept import next_version
from ingestion.errors import TundishError
from orchestration.lib.released_columns import breaking

RECORD = Path("ingestion") / "sources" / "raw_columns.yml"
Record = Mapping[str, Any]
"""Version, key, and columns with types of a contract's table."""


class ContractVersionError(TundishError):
    """Contracts changed and their versions do not tell; nothing was recorded or generated of them."""

    def __init__(self, changes: Sequence[str]) -> None:
        self.changes = tuple(changes)
        super().__init__(
            "\n".join(changes),
            "models build on these columns: bring back what is gone, or set `version` in the contract as said.",
        )


def records(documents: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Record]:
    """Return what is recorded of contract documents by system, by name of the raw table."""
    return {
        f"{system}__{document['schema'][0]['name']}": _record(document)
        for system, contracts in documents.items()
        for document in contracts
    }


def record_text(tables: Mapping[str, Record], command: str) -> str:
    """The text of the record."""
    return f"# What models build on, by version of the contract; kept by `{command}`.\n" + to_yaml(
        dict(tables)
    )


def read_records(repository: Path) -> dict[str, Record]:
    """Return what was recorded the last time, nothing before the first."""
    path = repository / RECORD
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


def unsaid(before: Mapping[str, Record], now: Mapping[str, Record]) -> Iterator[str]:
    """Give a sentence for each contract whose columns or key changed more than its version says."""
    for name, table in now.items():
        former = before.get(name)
        if former is None or former["version"].startswith("0."):
            continue
        changes = [*breaking({name: former}, {name: table}), *_other_key(name, former, table)]
        added = [f"{name}.{column}: is new" for column in table["columns"] if column not in former["columns"]]
        if not changes and not added:
            continue
        least = next_version(former["version"], breaking=bool(changes))
        if _parts(table["version"]) < _parts(least):
            said = "; ".join(changes or added)
            yield f"{said}. The contract's version is {table['version']}, at least {least} would say so"


def _record(document: Mapping[str, Any]) -> Record:
    properties = document["schema"][0]["properties"]
    return {
        "version": str(document.get("version", "")),
        "key": [column["name"] for column in properties if column.get("primaryKey")],
        "columns": {column["name"]: column["physicalType"] for column in properties},
    }


def _other_key(name: str, before: Record, now: Record) -> Iterator[str]:
    if before["key"] != now["key"]:
        yield f"{name}: the key was ({', '.join(before['key'])}), is ({', '.join(now['key'])})"


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
