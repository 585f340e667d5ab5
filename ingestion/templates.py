"""The canonical import format as files: an empty file per entity and a page that says what each column means.

Belongs here: writing templates from the contracts of the system canonical. Checking files that were filled: check.py.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contracts import DERIVED, Column, Contract, load_contracts
from ingestion.errors import ConfigurationError

SYSTEM = "canonical"
_TYPES = {
    "VARCHAR": "text",
    "BIGINT": "whole number",
    "INTEGER": "whole number",
    "DOUBLE": "number",
    "BOOLEAN": "true or false",
    "DATE": "date, YYYY-MM-DD",
    "TIMESTAMPTZ": "moment, YYYY-MM-DD HH:MM:SS",
}
_PAGE = """# {entity}

{purpose}

Files: `{entity}.csv`, `{entity}.<anything>.csv` or the same as `.parquet`, also packed (.gz, .zst, .zip). UTF-8, comma,
decimal point, a header line; columns in any order. A column that is not required may be left out.
A row with the key of an earlier one replaces it. Key: {key}.
{moments}
| column | required | type | unit | example | meaning |
|---|---|---|---|---|---|
{rows}
"""
_MOMENTS = """
Moments are the wall clock of the source's time zone (`timezone` of the source in plant.yml, else that of its site). Deliver
UTC under `timezone: UTC`. In Parquet a timestamp with a zone is an instant, one without is the wall clock.
"""


def templates(names: Sequence[str] = ()) -> tuple[Contract, ...]:
    """The contracts of these entities, of all without names; ConfigurationError for an entity that is not there."""
    every = {contract.table: contract for contract in load_contracts([SYSTEM])}
    unknown = [name for name in names if name not in every]
    if unknown:
        raise ConfigurationError(
            "template", f"no entity is called {', '.join(unknown)}.", f"use {', '.join(every)}."
        )
    return tuple(every[name] for name in names or every)


def delivered_columns(contract: Contract) -> tuple[Column, ...]:
    """The columns that a file has; dates that follow from a moment and scales of units are none."""
    return tuple(column for column in contract.columns if column.parse not in DERIVED)


def write_templates(contracts: Sequence[Contract], folder: Path, form: str) -> Iterator[Path]:
    """Write an empty `<entity>.<form>` (csv, parquet) and `<entity>.md` for each; nothing that is there is replaced."""
    targets = {folder / f"{contract.table}.{kind}" for contract in contracts for kind in (form, "md")}
    if there := sorted(path.name for path in targets if path.exists()):
        raise ConfigurationError(folder, f"{', '.join(there)} is there already.", "give another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for contract in contracts:
        data, page = folder / f"{contract.table}.{form}", folder / f"{contract.table}.md"
        if form == "parquet":
            pq.write_table(parquet_schema(contract).empty_table(), data)
        else:
            data.write_text(",".join(column.sources[0] for column in delivered_columns(contract)) + "\n")
        page.write_text(describe(contract), encoding="utf-8")
        yield from (data, page)


def parquet_schema(contract: Contract) -> pa.Schema:
    """The Parquet columns of an entity, described in their metadata; moments are wall clock times."""
    return pa.schema(
        pa.field(
            column.sources[0],
            pa.timestamp("us") if column.type == "TIMESTAMPTZ" else column.arrow_type,
            metadata={"description": column.description},
        )
        for column in delivered_columns(contract)
    )


def describe(contract: Contract) -> str:
    """The page of one entity, as Markdown."""
    columns = delivered_columns(contract)
    has_moments = any(column.type == "TIMESTAMPTZ" for column in columns)
    return _PAGE.format(
        entity=contract.table,
        purpose=contract.description,
        key=", ".join(contract.key),
        moments=_MOMENTS if has_moments else "",
        rows="\n".join(_row(column) for column in columns),
    )


def _row(column: Column) -> str:
    """One line of the table of columns."""
    required = "yes" if column.required or column.key_position is not None else ""
    kind = _TYPES.get(column.type, "number")
    meaning = column.description + (f" One of: {', '.join(column.enum)}." if column.enum else "")
    cells = (column.name, required, kind, column.unit or "", column.example, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
