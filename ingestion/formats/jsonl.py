"""JSON lines: one object per line. A key that a line leaves out is null; a line that is no object is malformed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.formats import text
from ingestion.formats.base import (
    Opened,
    RawRecord,
    Skipped,
    bounded,
    check_headers,
    kept_columns,
    unexpected_columns,
)
from ingestion.formats.delimited import NEVER
from ingestion.typing.expressions import literal
from ingestion.typing.inputs import Input

_SAMPLE_LINES = 100
_SEPARATOR = "\x1f"  # JSON text cannot hold a bare control character, so a whole line is one field


class JsonLinesReader:
    """Reads the JSON-lines files of one contract."""

    malformed = "j IS NULL"

    def __init__(self, contract: Contract, scratch: Path, limit: int) -> None:
        self._contract = contract
        self._scratch = scratch
        self._limit = limit

    def open(self, file: Delivered) -> Opened:
        """Checks on the first lines: every required key occurs, unknown keys are remarked."""
        contract = self._contract
        text.head_line(contract, file, self._limit)
        readable = text.as_utf8(contract, file, self._scratch)
        seen = self._keys(readable)
        required = [
            column.sources[0]
            for column in contract.columns
            if column.required and column.sources[0] in contract.headers
        ]
        if seen:
            place = f"the first {_SAMPLE_LINES} lines"
            check_headers(contract, file.name, place, seen, dict.fromkeys(required))
        given = dict.fromkeys((*contract.headers, *kept_columns(contract, seen)))
        opened = Opened(
            file=file,
            path=readable,
            text_path=readable,
            inputs={header: Input(f"(j ->> {literal(_path(header))})") for header in given},
            signature=("jsonl", *given),
            findings=unexpected_columns(contract, seen, file.name),
            extra=self._unnamed() if contract.drift.new_columns == "evolve" else "",
        )
        # The query cannot tell a cut last line from a malformed one; the screen can.
        return self.screen(opened) if self._is_cut(readable) else opened

    def relation(self, files: Sequence[Opened]) -> str:
        """One row per line that is not blank; j is null where the line is no JSON object."""
        paths = ", ".join(literal(str(file.path)) for file in files)
        name = ", filename" if len(files) > 1 else ""
        read = (
            f"read_csv([{paths}], auto_detect=false, header=false, columns={{'line': 'VARCHAR'}}, "
            f"delim='{_SEPARATOR}', quote='', escape='', nullstr='{NEVER}', {text.line_bounds(self._limit)}, "
            f"filename={str(len(files) > 1).lower()})"
        )
        is_object = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END"
        return f"(SELECT CASE WHEN {is_object} THEN line END AS j{name} FROM {read})"

    def screen(self, opened: Opened) -> Opened:
        """Check the encoding, then copy the lines that are objects and list the others."""
        text.check_decodable(self._contract, opened.file)
        copy = text.scratch_file(self._scratch)
        rows: list[int] = []
        rules: list[str] = []
        with copy.open("wb") as out:
            for row, line in self._numbered(opened.text_path):
                if line.too_long or _object(line.raw) is None:
                    rows.append(row)
                    rules.append(_rule(line))
                else:
                    out.write(line.raw + b"\n")
        skipped = Skipped(np.array(rows, dtype=np.int64), tuple(rules))
        return replace(opened, path=copy, skipped=skipped)

    def records(self, opened: Opened, rows: Sequence[int]) -> Iterator[RawRecord]:
        """Fetch lines by record number."""
        for row, line in text.pick(opened.text_path, rows, 1, self._limit):
            shown = line.raw.decode("utf-8", errors="replace")
            note = f" [cut here: the line is longer than {self._limit} bytes]" if line.too_long else ""
            fields = {} if line.too_long else _object(line.raw) or {}
            values = {key: value if value is None else _shown(value) for key, value in fields.items()}
            yield RawRecord(row, line.number, bounded(shown) + note, values)

    def _numbered(self, path: Path) -> Iterator[tuple[int, text.Line]]:
        with path.open("rb") as handle:
            filled = (line for line in text.lines(handle, self._limit) if line.raw)
            yield from enumerate(filled, start=1)

    def _is_cut(self, path: Path) -> bool:
        """True if the last line has no end and is no object."""
        with path.open("rb") as handle:
            handle.seek(max(0, path.stat().st_size - self._limit))
            last = handle.read().rpartition(b"\n")[2]
        return bool(last) and _object(last) is None

    def _unnamed(self) -> str:
        """SQL of `_extra`: the members that the contract does not know, wherever in the file they come, as text."""
        contract = self._contract
        known = [name for header in contract.headers for name in contract.drift.names_of(header)]
        names = f"[{', '.join(map(literal, (*known, *sorted(contract.drift.ignored))))}]"
        text = "(j ->> ('/' || replace(replace(k, '~', '~0'), '/', '~1')))"
        wanted = f"NOT list_contains({names}, k) AND trim(k) <> '' AND trim({text}) <> ''"
        members = f"[CAST(to_json(k) AS VARCHAR) || ':' || to_json({text}) for k in json_keys(j) if {wanted}]"
        whole = f"nullif('{{' || array_to_string({members}, ',') || '}}', '{{}}')"
        return f"CASE WHEN NOT list_has_all({names}, json_keys(j)) THEN {whole} END"

    def _keys(self, path: Path) -> list[str]:
        found: dict[str, None] = {}
        lines = None if self._contract.drift.new_columns == "hold" else _SAMPLE_LINES
        for _, line in islice(self._numbered(path), lines):
            found.update(dict.fromkeys(_object(line.raw) or {}))
        return list(found)


def _object(raw: bytes) -> dict[str, object] | None:
    if _SEPARATOR.encode() in raw:
        return None
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):  # the latter: brackets nested deeper than the parser can follow
        return None
    return parsed if isinstance(parsed, dict) else None


def _rule(line: text.Line) -> str:
    if line.too_long:
        return "line_too_long"
    return "malformed_row" if line.ended else "truncated_row"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _path(header: str) -> str:
    """A JSON pointer: it takes any key literally, where a JSON path reads `*` as every key."""
    return "/" + header.replace("~", "~0").replace("/", "~1")
