"""Fixed width: every record is one line, and fields lie at places of it. Mainframes and older MES write such files.

formatOptions of the contract:
fields        header -> [start, width] of each field, in characters, the first is 1
lineLength    characters of every line; another length is a malformed row (default: any that holds all fields)
shortLines    `blank`: the sender cut blanks at the end of lines, what is missing is blank (default: malformed)
skipLines     leading lines that are no records (default 0)
recordLength  for files without line ends: characters of every record
encoding      one name or a list (text.py), also EBCDIC such as cp037 or cp273; decimal, thousands, monthNames (typing/)

DuckDB reads the lines and cuts them itself. Only a file that has leading lines or no line ends, or is broken, is
read from a copy. Blanks behind a value are padding and left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, EmptyFileError, UnreadableFileError
from ingestion.formats import text
from ingestion.formats.base import Opened, RawRecord, Skipped, bounded
from ingestion.formats.delimited import NEVER
from ingestion.scratch import scratch_file
from ingestion.typing.expressions import literal
from ingestion.typing.inputs import Input

_OPTIONS = {
    "fields", "lineLength", "shortLines", "skipLines", "recordLength", "encoding", "decimal", "thousands", "monthNames",
}  # fmt: skip
_SEPARATOR = "\x1f"  # a line is one field: it holds no such character
_RECORDS = 4096


@dataclass(frozen=True)
class Layout:
    """Where fields lie: (start, width) by header, in characters from 1. `length` and `record` are None where any goes."""

    fields: Mapping[str, tuple[int, int]]
    length: int | None
    record: int | None
    skip: int
    blank: bool

    @property
    def needed(self) -> int:
        """Characters that a line needs to hold all fields."""
        return max(start + width - 1 for start, width in self.fields.values())

    @property
    def malformed(self) -> str:
        """SQL condition of a line that is too short or too long."""
        if self.length is not None:
            return f"length(line) {'>' if self.blank else '<>'} {self.length}"
        return "" if self.blank else f"length(line) < {self.needed}"

    def fits(self, line: str) -> bool:
        """True for a line of a good length."""
        if self.length is not None:
            return len(line) == self.length or (self.blank and len(line) < self.length)
        return self.blank or len(line) >= self.needed

    def cut(self, line: str) -> dict[str, str]:
        """The fields by header."""
        return {
            name: line[start - 1 : start - 1 + width].rstrip(" ")
            for name, (start, width) in self.fields.items()
        }


def layout_of(contract: Contract) -> Layout:
    """The layout of a contract; ContractError names what is missing or cannot be."""
    options = contract.format_options
    fields = options.get("fields") or {}
    lacking = [header for header in contract.headers if header not in fields]
    wrong = [name for name, place in fields.items() if not _is_place(place)]
    problems = {
        f"unknown formatOptions {sorted(set(options) - _OPTIONS)} of fixed width": bool(
            set(options) - _OPTIONS
        ),
        f"formatOptions.fields lacks {', '.join(lacking)}": bool(lacking),
        f"formatOptions.fields: {', '.join(wrong)} must be [start, width], both from 1": bool(wrong),
        "formatOptions.shortLines is neither blank nor malformed": options.get("shortLines", "blank")
        not in ("blank", "malformed"),
        "formatOptions: recordLength and lineLength exclude each other": {"recordLength", "lineLength"}
        <= set(options),
    }
    for problem, present in problems.items():
        if present:
            raise ContractError(
                contract.path or contract.raw_name, f"{problem}.", "see ingestion/formats/fixed_width.py."
            )
    record = int(options["recordLength"]) if "recordLength" in options else None
    return Layout(
        fields={str(name): (int(place[0]), int(place[1])) for name, place in fields.items()},
        length=int(options["lineLength"]) if "lineLength" in options else record,
        record=record,
        skip=int(options.get("skipLines", 0)),
        blank=options.get("shortLines") == "blank",
    )


class FixedWidthReader:
    """Reads the fixed-width files of one contract."""

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        self._scratch = scratch
        self._limit = limit
        self._layout = layout_of(contract)
        self.malformed = self._layout.malformed
        texts = {source for column in contract.columns if column.parse == "text" for source in column.sources}
        self._inputs = {name: Input(f"f{index}") for index, name in enumerate(self._layout.fields)}
        self._cuts = [
            f"rtrim({sql}, ' ')" if name in texts else sql  # other parsers trim where they have to
            for name, (start, width) in self._layout.fields.items()
            if (sql := f"substring(line, {start}, {width})")
        ]

    def open(self, file: Delivered) -> Opened:
        """Checks of the first bytes; what a line holds is seen row by row."""
        contract, layout = self._contract, self._layout
        if layout.record is None:
            text.head_line(contract, file, self._limit)
        elif file.size == 0:
            raise EmptyFileError(contract.raw_name, file.name)
        readable = text.as_utf8(contract, file, self._scratch)
        if layout.record is not None:
            readable = self._with_line_ends(file, readable, layout.record)
        opened = Opened(
            file=file,
            path=readable,
            text_path=readable,
            inputs=self._inputs,
            signature=("fixed_width",),
        )
        return self.screen(opened) if layout.skip or self._is_cut(readable) else opened

    def relation(self, files: Sequence[Opened]) -> str:
        """One row per line that is not blank, cut into f0, f1 ..., with the line itself."""
        cuts = ", ".join(f"{sql} AS f{index}" for index, sql in enumerate(self._cuts))
        paths = ", ".join(literal(str(file.path)) for file in files)
        return (
            f"(SELECT *, {cuts} FROM read_csv([{paths}], auto_detect=false, header=false, columns={{'line': 'VARCHAR'}}, "
            f"delim='{_SEPARATOR}', quote='', escape='', nullstr='{NEVER}', {text.line_bounds(self._limit)}, "
            f"filename={str(len(files) > 1).lower()}))"
        )

    def screen(self, opened: Opened) -> Opened:
        """Check the encoding, then copy the lines of a good length and list the others."""
        if self._layout.record is None:
            text.check_decodable(self._contract, opened.file)
        copy = scratch_file(self._scratch)
        rows: list[int] = []
        rules: list[str] = []
        with copy.open("wb") as out:
            for row, line in self._numbered(opened.text_path):
                if rule := self._judge(line):
                    rows.append(row)
                    rules.append(rule)
                else:
                    out.write(line.raw + b"\n")
        skipped = Skipped(np.array(rows, dtype=np.int64), tuple(rules))
        return replace(opened, path=copy, skipped=skipped)

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch lines by record number."""
        wanted = set(rows)
        found = (
            ((row, line) for row, line in self._numbered(opened.text_path) if row in wanted)
            if self._layout.skip
            else text.pick(opened.text_path, rows, 1, self._limit)
        )
        for row, line in found:
            shown = line.raw.decode("utf-8", errors="replace")
            note = f" [cut here: the line is longer than {self._limit} bytes]" if line.too_long else ""
            yield RawRecord(row, line.number, bounded(shown) + note, self._layout.cut(shown))

    def _numbered(self, path: Path) -> Iterator[tuple[int, text.Line]]:
        with path.open("rb") as handle:
            found = text.lines(handle, self._limit)
            yield from enumerate(
                (line for line in found if line.number > self._layout.skip and (line.raw or line.too_long)),
                start=1,
            )

    def _judge(self, line: text.Line) -> str:
        """The rule that a line breaks, or ''."""
        if line.too_long:
            return "line_too_long"
        if _SEPARATOR.encode() not in line.raw and self._layout.fits(line.raw.decode()):
            return ""
        return "malformed_row" if line.ended else "truncated_row"

    def _is_cut(self, path: Path) -> bool:
        """True if the last line has no end and is too short or too long."""
        with path.open("rb") as handle:
            handle.seek(max(0, path.stat().st_size - self._limit))
            last = handle.read().rpartition(b"\n")[2]
        return bool(last) and not self._layout.fits(last.decode("utf-8", errors="replace"))

    def _with_line_ends(self, file: Delivered, path: Path, length: int) -> Path:
        """A copy with a line end behind each record."""
        copy = scratch_file(self._scratch)
        number = 0
        with (
            path.open(encoding="utf-8", newline="") as given,
            copy.open("w", encoding="utf-8", newline="") as out,
        ):
            while stretch := given.read(length * _RECORDS):
                for start in range(0, len(stretch), length):
                    record = stretch[start : start + length]
                    number += 1
                    if "\n" in record or "\r" in record:
                        expected, seen = f"records of {length} characters without line ends", "a line end"
                        place = f"record {number}"
                        raise UnreadableFileError(self._contract.raw_name, file.name, place, expected, seen)
                    out.write(record + ("\n" if len(record) == length else ""))
        return copy


def _is_place(place: object) -> bool:
    return (
        isinstance(place, list)
        and len(place) == 2
        and all(isinstance(number, int) and number >= 1 for number in place)
    )
