"""One delivered file cannot be taken in: it is held, the others go on."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ingestion.errors.tree import TundishError


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


class RecordsChangedError(FileError):
    """Under the present contract the file falls into other records than when its rows were put aside."""

    rule = "records_changed"

    def __init__(self, table: str, file: str, place: str, expected: str, seen: str) -> None:
        self.expected = expected
        self.seen = seen
        super().__init__(
            table,
            file,
            place,
            f"the contract now cuts the file otherwise: it was {expected}, it is {seen}.",
            "nothing was taken, since rows could come in twice: deliver the rows in a new file and discard these.",
        )
