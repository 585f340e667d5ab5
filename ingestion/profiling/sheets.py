"""Workbooks: each sheet that holds a table under a header is a table of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from ingestion.formats.excel_layout import Row, built
from ingestion.profiling.model import Confidence, Guess, Recognised

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


def _table(sheet: str, rows: Sequence[Row], *, alone: bool) -> Recognised:
    found = next(filter(None, (_header(rows, place) for place in range(min(_SEARCHED, len(rows))))), None)
    if found is None:
        return Recognised(
            "excel",
            problem=f"sheet {sheet}: no line of the first {_SEARCHED} names all columns; "
            "describe the sheet by hand (docs/how-to/excel.md).",
            part=sheet,
        )
    lines, headers = found
    options: dict[str, object] = {} if alone else {"sheet": sheet}
    options |= lines
    at, two = lines.get("headerRow", 1), "headerRows" in lines
    where = (
        f"lines {at} and {at + 1}: cells of the upper one count for all columns below"
        if two
        else f"line {at}"
    )
    confidence: Confidence = "medium" if two else "high"
    guess = Guess("format", "excel", confidence, f"sheet {sheet}, {len(headers)} columns named in {where}")
    return Recognised("excel", options, headers, (guess,), part="" if alone else sheet)


def _header(rows: Sequence[Row], at: int) -> tuple[dict[str, int], tuple[str, ...]] | None:
    """formatOptions and headers if the line (with the one below it, as merged cells need) names all columns."""
    options = {"headerRow": at + 1} if at else {}
    if _is_header(rows[at], rows):
        return options, tuple(str(cell).strip() for cell in rows[at] if cell not in ("", None))
    if at + 2 >= len(rows) or _is_header(rows[at + 1], rows):
        return None
    upper, lower = ([cell for cell in row if cell not in ("", None)] for row in rows[at : at + 2])
    if len(upper) < 2 or not lower or not all(isinstance(cell, str) for cell in (*upper, *lower)):
        return None
    options = {**options, "headerRows": 2}
    named = [name for name in built(options).headers(rows, at) if name]
    if len(named) < _widest(rows) or len(set(named)) < len(named):
        return None
    return options, tuple(named)


def _widest(rows: Sequence[Row]) -> int:
    return max(sum(cell not in ("", None) for cell in line) for line in rows)


def _is_header(row: Row, rows: Sequence[Row]) -> bool:
    """Different words in as many cells as the fullest line of the sheet has."""
    cells = [cell for cell in row if cell not in ("", None)]
    words = all(isinstance(cell, str) for cell in cells)
    return words and len(cells) >= max(1, _widest(rows)) and len(set(cells)) == len(cells)
