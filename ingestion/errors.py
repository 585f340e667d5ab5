"""The errors of ingestion. Each has typed fields, builds its own message and names the next step.

TundishError
├── ConfigurationError         a setting, plant file or contract is wrong: mend it, then run again
│   ├── PlantError
│   └── ContractError
├── FileError                  one delivered file cannot be taken in: it is held, the others go on
│   ├── EmptyFileError
│   ├── UnreadableFileError
│   ├── WrongEncodingError
│   ├── WrongDelimiterError
│   ├── WrongRowEndError
│   ├── MissingColumnError
│   ├── NewColumnError
│   ├── TypeChangedError
│   ├── TooManyQuarantinedError
│   └── FileChangedError       retryable: the file is still being written
├── SpoolError                 the spool of a live source refuses: nothing was written
│   ├── SpoolFullError         retryable
│   └── SpoolInUseError        retryable
├── ConnectorError             a system that should be fetched from does not answer as agreed: others go on
│   └── PullError              all that failed while one source was fetched, by table
└── LakeError                  the lake refuses: nothing was committed
    ├── NaiveTimestampError
    ├── RowBalanceError
    ├── UnsupportedTableError
    └── TableNotFoundError

Other rooms derive their errors from TundishError. Messages are not built anywhere else.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar


class TundishError(Exception):
    """Root of all errors that Tundish raises on purpose. `retryable` says whether trying again later may help."""

    retryable: ClassVar[bool] = False

    def __init__(self, message: str, next_step: str) -> None:
        self.message = message
        self.next_step = next_step
        super().__init__(f"{message} Next step: {next_step}")


class ConfigurationError(TundishError):
    """A setting, a plant file or a contract says something that cannot be used."""

    def __init__(self, source: Path | str, problem: str, next_step: str) -> None:
        self.source = source
        self.problem = problem
        super().__init__(f"{source}: {problem}", next_step)


class PlantError(ConfigurationError):
    """plant.yml is missing or wrong."""


class ContractError(ConfigurationError):
    """A contract is no valid ODCS file or breaks the dialect of Tundish."""


class FileError(TundishError):
    """One delivered file cannot be taken in. `rule` is the finding under which the file is held."""

    rule: ClassVar[str] = "unreadable_file"

    def __init__(self, table: str, file: str, place: str, problem: str, next_step: str) -> None:
        self.table = table
        self.file = file
        self.place = place
        self.problem = problem
        super().__init__(f"{table}: file {file}, {place}: {problem}", next_step)


class EmptyFileError(FileError):
    """The file has no byte, or not even a header."""

    rule = "empty_file"

    def __init__(self, table: str, file: str) -> None:
        super().__init__(
            table,
            file,
            "byte 0",
            "the file is empty.",
            "export it again; a day without rows still has a header.",
        )


class UnreadableFileError(FileError):
    """The content is not of the contract's format at all."""

    rule = "unreadable_file"

    def __init__(self, table: str, file: str, place: str, expected: str, seen: str) -> None:
        self.expected = expected
        self.seen = seen
        super().__init__(
            table,
            file,
            place,
            f"expected {expected}, found {seen}.",
            "check what wrote this file and deliver it again, or move it out of the source's folder.",
        )


class WrongEncodingError(FileError):
    """A byte does not exist in the encoding that the contract names."""

    rule = "wrong_encoding"

    def __init__(self, table: str, file: str, offset: int, encoding: str, seen: bytes) -> None:
        self.offset = offset
        self.encoding = encoding
        self.seen = seen
        super().__init__(
            table,
            file,
            f"byte {offset}",
            f"bytes {seen!r} are not {encoding}.",
            "export as the contract says, or set formatOptions.encoding of the contract.",
        )


class WrongDelimiterError(FileError):
    """The first line is cut by another delimiter than the contract's."""

    rule = "wrong_delimiter"

    def __init__(self, table: str, file: str, expected: str, seen: str) -> None:
        self.expected = expected
        self.seen = seen
        super().__init__(
            table,
            file,
            "line 1",
            f"the fields are separated by {seen!r}, the contract says {expected!r}.",
            "export with the contract's delimiter, or set formatOptions.delimiter of the contract.",
        )


class WrongRowEndError(FileError):
    """No row ends as the contract says."""

    rule = "wrong_row_end"

    def __init__(self, table: str, file: str, expected: str, seen: str) -> None:
        self.expected = expected
        self.seen = seen
        super().__init__(
            table,
            file,
            "line 1",
            f"no row ends with {expected!r}; the first line ends with {seen!r}.",
            "export with the contract's row end, or set formatOptions.rowEnd of the contract.",
        )


class MissingColumnError(FileError):
    """Columns of the contract are not in the file's header; `hints` pairs each with the nearest names seen."""

    rule = "missing_column"

    def __init__(
        self, table: str, file: str, place: str, missing: Sequence[str], hints: Mapping[str, Sequence[str]]
    ) -> None:
        self.missing = tuple(missing)
        self.hints = hints
        likely = [f"{name} (renamed to {' or '.join(near)}?)" for name, near in hints.items() if near]
        plain = [name for name in missing if not hints.get(name)]
        super().__init__(
            table,
            file,
            place,
            f"missing column {', '.join(likely + plain)}.",
            f"deliver the column again, or take the change into the contract: tundish source diff {table}.",
        )


class NewColumnError(FileError):
    """The file has columns that the contract does not know, and its policy is to hold such files."""

    rule = "new_column"

    def __init__(self, table: str, file: str, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            table,
            file,
            "header",
            f"new column {', '.join(columns)}; the contract says newColumns: hold.",
            f"take the change into the contract (tundish source diff {table}), or deliver as before.",
        )


class TypeChangedError(FileError):
    """Most values of a column can no longer be read as the contract's type: the source changed it."""

    rule = "type_changed"

    def __init__(self, table: str, file: str, column: str, *, bad: int, read: int, expected: str) -> None:
        self.column = column
        self.bad = bad
        self.read = read
        super().__init__(
            table,
            file,
            f"column {column}",
            f"{bad} of {read} values are no {expected}.",
            f"export as before, or take the change into the contract: tundish source diff {table}.",
        )


class TooManyQuarantinedError(FileError):
    """More rows break rules than the contract allows: the whole batch is held."""

    rule = "too_many_quarantined"

    def __init__(self, table: str, file: str, *, bad: int, read: int, limit_pct: float, worst: str) -> None:
        self.bad = bad
        self.read = read
        self.limit_pct = limit_pct
        super().__init__(
            table,
            file,
            "whole file",
            f"{bad} of {read} rows break rules (most: {worst}), the contract allows {limit_pct:g} %.",
            "check the export; if it is right, mend the rule or maxQuarantinedPct in the contract.",
        )


class FileChangedError(FileError):
    """The file is younger than the settle time or changed while it was read."""

    rule = "still_written"
    retryable = True

    def __init__(self, table: str, file: str, reason: str) -> None:
        super().__init__(
            table, file, "whole file", reason, "nothing: it is taken in by a later run, once it rests."
        )


class SpoolError(TundishError):
    """The spool of a live source cannot be written or read."""

    def __init__(self, place: Path, problem: str, next_step: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"spool {place}: {problem}", next_step)


class SpoolFullError(SpoolError):
    """The spool holds as much as it may, and its policy is to refuse rows rather than to drop any."""

    retryable = True

    def __init__(self, place: Path, held: int, limit: int) -> None:
        self.held = held
        self.limit = limit
        super().__init__(
            place,
            f"{held:,} bytes wait for their commit, the limit is {limit:,}.",
            "`tundish run` commits them; see its held files, or raise spool.limit_mb of the connection.",
        )


class SpoolInUseError(SpoolError):
    """Another process writes to this spool."""

    retryable = True

    def __init__(self, place: Path) -> None:
        super().__init__(
            place, "another collector works on it.", "stop that one first, or give another --home."
        )


class ConnectorError(TundishError):
    """A system could not be fetched from: nothing of this table was landed. Asking again later may help."""

    retryable = True

    def __init__(self, table: str, place: str, problem: str, next_step: str) -> None:
        self.table = table
        self.place = place
        self.problem = problem
        super().__init__(f"{table}: {place}: {problem}", next_step)


class PullError(ConnectorError):
    """Everything that failed while one source was fetched; `failures` by raw table name, `landed` what came in."""

    def __init__(
        self, system: str, failures: Mapping[str, TundishError], landed: Sequence[Path] = ()
    ) -> None:
        self.failures = dict(failures)
        self.landed = tuple(landed)
        told = "; ".join(error.message for error in failures.values())
        steps = dict.fromkeys(error.next_step for error in failures.values())
        super().__init__(system, f"{len(failures)} tables not fetched", told, " ".join(steps))


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
