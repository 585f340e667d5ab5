"""Contracts over recordings for tests: every column that a grain offers, under its own name."""

from typing import Any

from ingestion.contracts import Contract
from ingestion.formats.waveform.rows import OFFERED
from tests.unit.ingestion.home import Home, column

TYPES = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
    "list<item: double>": "DOUBLE[]",
}


def recordings(
    home: Home, kind: str, rows: str = "snapshot", *, floats: str = "DOUBLE[]", **options: Any
) -> Contract:
    """A contract of format `kind` over all files, one row per `rows`."""
    columns = []
    for name, given in OFFERED[rows].items():  # type: ignore[index]
        meant = TYPES[str(given)]
        extras: dict[str, Any] = {"parse": "utc_timestamp"} if meant == "TIMESTAMPTZ" else {}
        columns.append(column(name, floats if meant == "DOUBLE[]" else meant, **extras))
    return home.contract(
        columns,
        table=rows,
        format=kind,
        files="*",
        formatOptions={"rows": rows, **options},
        maxQuarantinedPct=100,
    )


def samples_of(home: Home, contract: Contract) -> dict[tuple[str | None, str], list[Any]]:
    """All samples by (group, channel), put together from chunks in their order."""
    found: dict[tuple[str | None, str], list[Any]] = {}
    for group, channel, first, samples in home.rows(
        contract, '"group", channel, first_sample, samples', order="_source_file, _source_row"
    ):
        held = found.setdefault((group, channel), [])
        assert len(held) == first
        held += samples
    return found
