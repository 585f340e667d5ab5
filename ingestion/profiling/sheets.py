"""Workbooks: each sheet that holds a table under a header is a table of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from ingestion.profiling.model import Guess, Recognised

_SEARCHED = 20
_ROWS = 60


def tables(path: Path) -> Iterator[Recognised]:
    """The sheets of a workbook, or why it cannot be read."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        pages = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)[:_ROWS]
            for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError) as error:
        yield Recognised("excel", problem=f"no readable workbook ({error}).")
        return
    filled = {name: rows for name, rows in pages.items() if any(any(row) for row in rows)}
    for name, rows in filled.items():
        yield _table(name, rows, alone=len(filled) == 1)


def _table(sheet: str, rows: Sequence[Sequence[object]], *, alone: bool) -> Recognised:
    at = next((place for place, row in enumerate(rows[:_SEARCHED]) if _is_header(row, rows)), None)
    if at is None:
        return Recognised(
            "excel",
            problem=f"sheet {sheet}: no line of the first {_SEARCHED} names all columns; "
            "describe the sheet by hand (docs/how-to/excel.md).",
            part=sheet,
        )
    headers = tuple(str(cell).strip() for cell in rows[at] if cell not in ("", None))
    options: dict[str, object] = {} if alone else {"sheet": sheet}
    if at:
        options["headerRow"] = at + 1
    guess = Guess("format", "excel", "high", f"sheet {sheet}, {len(headers)} columns named in line {at + 1}")
    return Recognised("excel", options, headers, (guess,), part="" if alone else sheet)


def _is_header(row: Sequence[object], rows: Sequence[Sequence[object]]) -> bool:
    """Different words in as many cells as the fullest line of the sheet has."""
    cells = [cell for cell in row if cell not in ("", None)]
    widest = max(sum(cell not in ("", None) for cell in line) for line in rows)
    words = all(isinstance(cell, str) for cell in cells)
    return words and len(cells) >= max(1, widest) and len(set(cells)) == len(cells)
