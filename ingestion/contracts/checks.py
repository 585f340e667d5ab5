"""What a contract must not say: rules over a whole contract. Reading it stands in odcs.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingestion.contracts.quality import quality_problems
from ingestion.contracts.vocabulary import UNIT_PARSES

if TYPE_CHECKING:
    from ingestion.contracts.model import Contract


def contract_problems(contract: Contract) -> Iterator[str]:
    """One sentence per rule that the contract breaks."""
    names = [column.name for column in contract.columns]
    problems = {
        "no properties.": not names,
        "two properties have the same name.": len(set(names)) != len(names),
        "files is missing.": not contract.files,
        "version is missing.": not contract.version,
        "loadMode upsert needs a primaryKey.": contract.load_mode == "upsert" and not contract.key,
        "localTime.order names no property of this contract.": not set(contract.local_time.order)
        <= set(names),
        "text_else_null and number_else_null: values belong to text_else_null.": any(
            column.values and column.parse != "text_else_null" for column in contract.columns
        ),
        "drift: formerNames and optional must name headers of this contract.": not (
            set(contract.drift.former_names) | contract.drift.optional
        )
        <= set(contract.headers),
        "drift: a key or required column cannot be optional.": any(
            (column.required or column.key_position is not None)
            and not contract.drift.optional.isdisjoint(column.sources)
            for column in contract.columns
        ),
    }
    yield from (problem for problem, present in problems.items() if present)
    yield from _date_problems(contract)
    types = {column.name: column.type for column in contract.columns}
    yield from quality_problems(types, contract.quality, contract.freshness)
    texts = {column.name for column in contract.columns if column.type == "VARCHAR"}
    for column in contract.columns:
        if column.parse == "pseudonym" and column.name not in texts:
            yield f"{column.name}: pseudonym needs physicalType VARCHAR."
        if column.parse in UNIT_PARSES and column.sources[0] not in texts:
            yield f"{column.parse} needs transformSourceObjects: [<a text property>]."


def _date_problems(contract: Contract) -> Iterator[str]:
    moments = {column.name for column in contract.columns if column.type == "TIMESTAMPTZ"}
    for column in contract.columns:
        if column.partitioned and (column.type, column.parse) != ("DATE", "utc_date_of"):
            yield "a partitioned property must be a DATE parsed as utc_date_of."
        if column.parse == "utc_date_of" and column.sources[0] not in moments:
            yield "utc_date_of needs transformSourceObjects: [<a TIMESTAMPTZ property>]."
