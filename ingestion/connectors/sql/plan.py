"""What a contract says about its extract from a database, checked.

The customProperty `extract` of a contract of format parquet:

    table      schema.table or table; without it and without query: the contract's own table name
    query      a SELECT instead of a table
    parts      pattern of table names, with * and ?: the query is asked of each, {part} in it stands for the table
    mode       full (default): all rows each time, for loadMode snapshot or upsert;
               incremental: rows whose watermark is not older than the newest one held, for upsert or append
    watermark  header of the column that grows with every change (a time, a date or a number)
    lagWindowS seconds (times, dates) that are read again, so that rows committed late are not missed; 3600 if absent
    lagWindow  the same for a number; 1000 if absent
    columns    all (default), or contract: only the contract's headers are fetched
"""

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ingestion.contracts import Column, Contract
from ingestion.errors import ContractError

_KNOWN = {"table", "query", "parts", "mode", "watermark", "lagWindowS", "lagWindow", "columns"}
PART = "{part}"
_WATERMARK_TYPES = ("TIMESTAMPTZ", "DATE", "BIGINT", "INTEGER", "DECIMAL")


@dataclass(frozen=True)
class Plan:
    """How one table is fetched. `watermark` is a column of the contract, None for a full extract."""

    contract: Contract
    table: str
    query: str
    parts: str
    watermark: Column | None
    lag_s: float
    lag: float
    only_contract: bool

    @property
    def watermark_header(self) -> str:
        """The watermark's name in the database."""
        assert self.watermark is not None
        return self.watermark.sources[0]

    @property
    def key_headers(self) -> tuple[str, ...]:
        """The key's names in the database."""
        return tuple(header for name in self.contract.key for header in self.contract.column(name).sources)


def plan_of(contract: Contract) -> Plan:
    """Read and check `extract`; ContractError names what is wrong."""
    raw = contract.extract or {}
    mode = raw.get("mode", "full")
    watermark = _watermark(contract) if mode == "incremental" else None
    _check(contract, mode)
    return Plan(
        contract=contract,
        table=str(raw.get("table") or contract.table),
        query=str(raw.get("query") or "").strip().rstrip(";"),
        parts=str(raw.get("parts") or ""),
        watermark=watermark,
        lag_s=float(raw.get("lagWindowS", 3600)),
        lag=float(raw.get("lagWindow", 1000)),
        only_contract=raw.get("columns", "all") == "contract",
    )


def _watermark(contract: Contract) -> Column:
    header = (contract.extract or {}).get("watermark")
    for column in contract.columns:
        if header in (column.name, *column.sources) and len(column.sources) == 1:
            if column.type.startswith(_WATERMARK_TYPES):
                return column
            raise _wrong(
                contract, f"watermark {header} is {column.type}.", f"use {', '.join(_WATERMARK_TYPES)}."
            )
    raise _wrong(
        contract,
        f"watermark {header!r} is no column of the contract.",
        "name the column that grows with each change.",
    )


def _check(contract: Contract, mode: object) -> None:
    raw = contract.extract or {}
    unknown = sorted(set(raw) - _KNOWN)
    sample = f"{contract.table}.full_0123456789ab.parquet"
    problems = {
        f"unknown entries {unknown}, there are {', '.join(sorted(_KNOWN))}.": bool(unknown),
        f"mode is {mode!r}, not full or incremental.": mode not in ("full", "incremental"),
        "table and query exclude each other.": "table" in raw and "query" in raw,
        f"parts and {PART} in the query belong together.": ("parts" in raw)
        != (PART in str(raw.get("query"))),
        f"format is {contract.format}, extracts are landed as parquet.": contract.format != "parquet",
        f"files: {contract.files!r} does not match landed files such as {sample}.": not fnmatch(
            sample, contract.files
        ),
        "a primaryKey is missing: it orders the extract and tells rows apart.": not contract.key,
        "mode full needs loadMode snapshot or upsert.": mode == "full" and contract.load_mode == "append",
        "mode incremental needs loadMode upsert or append.": mode == "incremental"
        and contract.load_mode == "snapshot",
        "columns is all or contract.": raw.get("columns", "all") not in ("all", "contract"),
    }
    for problem, present in problems.items():
        if present:
            raise _wrong(contract, problem, "mend extract in the contract.")


def _wrong(contract: Contract, problem: str, next_step: str) -> ContractError:
    return ContractError(contract.path or Path(contract.raw_name), f"extract: {problem}", next_step)
