"""The lake refuses: nothing was committed."""

from collections.abc import Sequence
from pathlib import Path

from ingestion.errors.tree import TundishError


class LakeError(TundishError):
    """The lake refused an operation; nothing was committed."""

    def __init__(self, table: str, problem: str, next_step: str) -> None:
        self.table = table
        self.problem = problem
        super().__init__(f"{table}: {problem}", next_step)


class NaiveTimestampError(LakeError):
    """A timestamp without zone would turn the table into timestampNtz, which BI tools cannot read."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            table,
            f"timestamps must be UTC microseconds, these are not: {', '.join(columns)}.",
            "declare them TIMESTAMPTZ in the contract or cast them before writing.",
        )


class RowBalanceError(LakeError):
    """rows read != rows committed + rows quarantined."""

    def __init__(self, table: str, file: str, read: int, committed: int, quarantined: int) -> None:
        self.file = file
        self.read = read
        self.committed = committed
        self.quarantined = quarantined
        super().__init__(
            table,
            f"file {file}: {read} rows read, but {committed} to commit and {quarantined} quarantined.",
            "this is a defect of the reader: keep the file and report it.",
        )


class UnsupportedTableError(LakeError):
    """The Delta table uses features that a list of its Parquet files cannot honour."""

    def __init__(self, table: str, features: Sequence[str]) -> None:
        self.features = tuple(features)
        super().__init__(
            table,
            f"the Delta table uses {', '.join(features)}, which a plain file list cannot honour.",
            "rewrite the table without these features; only Tundish should write to the lake.",
        )


class TableNotFoundError(LakeError):
    """No Delta table at the expected place."""

    def __init__(self, table: str, path: Path) -> None:
        self.path = path
        super().__init__(table, f"no Delta table at {path}.", "run `tundish run` first, or check --home.")


class ArchiveError(LakeError):
    """An archived file is missing, or its content is not what its name says."""

    def __init__(self, path: Path, problem: str, next_step: str) -> None:
        self.path = path
        super().__init__(f"archived file {path}", problem, next_step)


class NotRecoverableError(LakeError):
    """Rows that were put aside cannot be brought into raw at all."""

    def __init__(self, table: str, problem: str, next_step: str) -> None:
        super().__init__(table, problem, next_step)
