"""What kind of file a sample is, and with which options its format is read. One module of readers per format follows.

Belongs here: telling formats apart by their first bytes, and files that known systems read already. Dialects of text
stand in delimiters.py, trees in documents.py, workbooks in sheets.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.formats.pipe_table import Header
from ingestion.profiling import documents, sheets
from ingestion.profiling.delimiters import Found, guess_dialect, has_header, headers_of
from ingestion.profiling.encodings import guess_encoding
from ingestion.profiling.model import Guess, Recognised, Sample
from ingestion.profiling.places import fixed_width

_HEAD = 256 * 1024
_MAGIC = (
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "excel"),
    (b"\xd0\xcf\x11\xe0", "excel"),
    (b"TDSm", "sensor_files"),
    (b"MDF ", "sensor_files"),
    (b"UnFinMF ", "sensor_files"),
    (b"\x89HDF", "sensor_files"),
    (b"MATLAB 5.0", "sensor_files"),
    (b"RIFF", "sensor_files"),
)
_LINE = re.compile(r"""[^\s,#]+(,[^\s=,]+=[^\s,]+)* [^\s=]+=("[^"]*"|[^\s,]+)(,[^\s=]+=("[^"]*"|[^\s,]+))*( -?\d{10,19})?""")  # fmt: skip


def recognise(sample: Sample) -> Iterator[Recognised]:
    """One result per table in the file: a workbook may hold several."""
    with sample.file.path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        yield Recognised("", problem="the file is empty.")
        return
    kind = next((kind for mark, kind in _MAGIC if head.startswith(mark)), "")
    if kind == "parquet":
        yield _parquet(sample.file.path)
    elif kind == "excel":
        yield from sheets.tables(sample.file.path)
    elif kind:
        yield Recognised(kind, known_as=kind)
    else:
        yield _text(sample, head)


def _parquet(path: Path) -> Recognised:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        return Recognised("parquet", problem=f"no readable Parquet file ({error}).")
    guess = Guess(
        "format", "parquet", "high", "the file begins as Parquet does; types are those of its schema"
    )
    return Recognised("parquet", headers=tuple(schema.names), guesses=(guess,))


def _text(sample: Sample, head: bytes) -> Recognised:
    encoding = guess_encoding(head)
    if encoding is None:
        return Recognised("", problem="binary data of a kind that no format here reads.")
    text = head.decode(encoding.value, errors="ignore").removeprefix("\ufeff")
    whole = len(head) < _HEAD and not sample.share
    if text.lstrip()[:1] in ("{", "["):
        return documents.json_table(sample.file.path, text, encoding)
    if text.lstrip()[:1] == "<":
        return documents.xml_table(sample.file.path)
    return (
        _known_text(text)
        or _pipe_table(text, encoding)
        or fixed_width(text, encoding, whole=whole)
        or _delimited(sample, text, encoding, whole=whole)
    )


def _known_text(text: str) -> Recognised | None:
    """Formats of historians that say themselves what they are."""
    if text.startswith(("#datatype", "#group", "#default")):
        return Recognised("annotated_csv", known_as="influxdb_csv")
    lines = [line for line in text.splitlines()[:50] if line.strip() and not line.startswith("#")][:-1]
    if lines and all(_LINE.fullmatch(line) for line in lines):
        return Recognised("line_protocol", known_as="influxdb")
    return None


def _pipe_table(text: str, encoding: Guess) -> Recognised | None:
    """Lists as SAP saves them: a header between bars, a line of dashes above or below it."""
    lines = text.splitlines()[:60]
    dashes = [line for line in lines if len(line) > 2 and set(line) <= set("-|")]
    bars = [
        line
        for line in lines
        if line.startswith("|") and line.rstrip().endswith("|") and not set(line) <= set("-|")
    ]
    if not dashes or len(bars) < 2:
        return None
    names = Header(bars[0].rstrip()).names
    guess = Guess(
        "format", "pipe_table", "high", "rows between bars, lines of dashes: a list as SAP saves it"
    )
    return Recognised("pipe_table", {"encoding": encoding.value}, tuple(names), (guess, encoding))


def _delimited(sample: Sample, text: str, encoding: Guess, *, whole: bool) -> Recognised:
    found = guess_dialect(text, whole=whole)
    if found is None:
        first = text.splitlines()[0][:80]
        return Recognised(
            "delimited",
            problem=f"no delimiter makes rows of equal width; the first line is {first!r}. Lines above the header "
            "must go; fields of fixed width that touch each other are described by hand (docs/how-to/delimited-files.md).",
        )
    header = has_header(found)
    named = header.value == "yes"
    headers = headers_of(found, header=named)
    options = _options(found, encoding, named=named, headers=headers)
    guesses = [Guess("format", "delimited", "high", _fit(found)), encoding, header]
    if options.get("innerMarks"):
        guesses.append(Guess("innerMarks", "yes", "high", "byte order marks stand inside the file"))
    return Recognised("delimited", options, headers, tuple(guesses))


def _options(found: Found, encoding: Guess, *, named: bool, headers: tuple[str, ...]) -> dict[str, object]:
    dialect = found.dialect
    options: dict[str, object] = {
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "encoding": encoding.value,
    }
    if not named:
        options |= {"header": False, "columns": list(headers)}
    if dialect.row_end:
        options["rowEnd"] = dialect.row_end
    marks = any("\ufeff" in cell for record in found.records for cell in record)
    return options | ({"innerMarks": True} if marks else {})


def _fit(found: Found) -> str:
    dialect = found.dialect
    end = f", rows end with {dialect.row_end!r}" if dialect.row_end else ""
    return (
        f"{found.fit:.0%} of the first {len(found.records):,} records have {found.width} fields between "
        f"{dialect.delimiter!r}{end}"
    )


def suffix_of(sample: Sample) -> str:
    """The suffix of the file's own name, such as .csv."""
    return PurePosixPath(sample.file.name).suffix
