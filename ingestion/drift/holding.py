"""Why a file is held for its columns or rows, and what is said about it. Reading and judging files is intake.py."""

import duckdb

from ingestion.batch import Finding
from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.drift.changes import drift_finding
from ingestion.drift.diff import Sampler, compare
from ingestion.errors import (
    FileError,
    MissingColumnError,
    NewColumnError,
    TooManyQuarantinedError,
    TypeChangedError,
)
from ingestion.rows import BadRows

_TYPE_FLIP = 0.9  # of a column's values cannot be read: that is no dirt, the source changed the type


def too_many_bad(contract: Contract, file: str, read: int, bad: BadRows) -> FileError | None:
    """The error of a file with too many bad rows: nearly all values of one column, or just many."""
    if not contract.too_many_bad(len(bad.rows), read):
        return None
    (code, rows), limit = bad.counts()[0], contract.max_quarantined_pct
    worst = bad.rules[code]
    if worst.column is not None and worst.id.startswith("type:") and rows >= _TYPE_FLIP * read:
        return TypeChangedError(
            contract.raw_name, file, worst.column, bad=rows, read=read, expected=worst.expects
        )
    return TooManyQuarantinedError(
        contract.raw_name, file, bad=len(bad.rows), read=read, limit_pct=limit, worst=worst.id
    )


def drift_remarks(
    contract: Contract, file: Delivered, error: FileError, sampler: Sampler
) -> tuple[Finding, ...]:
    """The difference between a held file and its contract, if its columns are why it is held."""
    if not isinstance(error, MissingColumnError | NewColumnError | TypeChangedError):
        return ()
    changed = (error.column,) if isinstance(error, TypeChangedError) else ()
    lacking = error.missing if isinstance(error, MissingColumnError) else ()
    try:
        changes = compare(contract, file, sampler, lacking=lacking, changed=changed)
    except duckdb.Error:  # a broken file: its error says more than a difference in columns
        return ()
    return (drift_finding(contract, error.file, changes),) if changes else ()
