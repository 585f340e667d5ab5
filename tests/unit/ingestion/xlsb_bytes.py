"""Binary workbooks (.xlsb) byte by byte, after [MS-XLSB]: an oracle that shares no code with any reader.

A part is a sequence of records: type and size in seven-bit groups, then the content. Only what a table needs is here.
"""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ROW, BLANK, ERROR, BOOL, REAL, TEXT = 0, 1, 3, 4, 5, 6
DATE_FORMAT, MOMENT_FORMAT = 14, 22
ERRORS = {"#DIV/0!": 0x07, "#N/A": 0x2A, "#REF!": 0x17}
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook; None leaves a cell out, texts such as #N/A become error cells."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(sheets)))
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.bin")}))
        parts = {
            f"rId{at}": ("worksheet", f"worksheets/sheet{at}.bin") for at in range(1, len(sheets) + 1)
        } | {"rIdS": ("styles", "styles.bin")}
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(parts))
        archive.writestr("xl/workbook.bin", b"".join(_book(list(sheets))))
        archive.writestr("xl/styles.bin", b"".join(_styles()))
        for at, rows in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{at}.bin", b"".join(_sheet(rows)))
    return content.getvalue()


def record(kind: int, content: bytes = b"") -> bytes:
    """One record."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + _size(len(content)) + content


def _size(size: int) -> bytes:
    out = bytearray()
    while True:
        size, group = size >> 7, size & 0x7F
        out.append(group | (0x80 if size else 0))
        if not size:
            return bytes(out)


def _wide(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def _book(names: Sequence[str]) -> Iterator[bytes]:
    yield record(131)  # BrtBeginBook
    yield record(143)  # BrtBeginBundleShs
    for at, name in enumerate(names, start=1):
        yield record(156, struct.pack("<II", 0, at) + _wide(f"rId{at}") + _wide(name))  # BrtBundleSh
    yield record(144)
    yield record(132)


def _styles() -> Iterator[bytes]:
    """Cell formats 0 (general), 1 (a date), 2 (a date and time)."""
    yield record(278)  # BrtBeginStyleSheet
    yield record(617, struct.pack("<I", 3))  # BrtBeginCellXFs
    for number_format in (0, DATE_FORMAT, MOMENT_FORMAT):
        yield record(47, struct.pack("<HHHHHBBHH", 0, number_format, 0, 0, 0, 0, 0, 0, 1))  # BrtXF
    yield record(618)
    yield record(279)


def _sheet(rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
    yield record(129)  # BrtBeginSheet
    width = max(map(len, rows), default=1)
    yield record(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1))  # BrtWsDim
    yield record(145)  # BrtBeginSheetData
    for at, cells in enumerate(rows):
        yield record(ROW, struct.pack("<IIHBBBI", at, 0, 300, 0, 0, 0, 0))
        for place, cell in enumerate(cells):
            if cell is not None:
                yield _cell(place, cell)
    yield record(146)
    yield record(130)


def _cell(place: int, cell: Any) -> bytes:
    if isinstance(cell, bool):
        return record(BOOL, struct.pack("<IIB", place, 0, cell))
    if isinstance(cell, int | float):
        return record(REAL, struct.pack("<IId", place, 0, cell))
    if isinstance(cell, dt.datetime):
        return record(REAL, struct.pack("<IId", place, 2, _serial(cell)))
    if isinstance(cell, dt.date):
        return record(REAL, struct.pack("<IId", place, 1, _serial(dt.datetime.combine(cell, dt.time()))))
    if cell in ERRORS:
        return record(ERROR, struct.pack("<IIB", place, 0, ERRORS[cell]))
    return record(TEXT, struct.pack("<II", place, 0) + _wide(cell))


def _serial(moment: dt.datetime) -> float:
    return (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001 - as Excel counts


def _relations(parts: Mapping[str, tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in parts.items()
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}">{entries}</Relationships>'


def _content_types(sheets: int) -> str:
    base = "application/vnd.ms-excel"
    overrides = {
        "/xl/workbook.bin": f"{base}.sheet.binary.macroEnabled.main",
        "/xl/styles.bin": f"{base}.styles",
    }
    overrides |= {f"/xl/worksheets/sheet{at}.bin": f"{base}.worksheet" for at in range(1, sheets + 1)}
    entries = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{rels}"/>{entries}</Types>'
    )
