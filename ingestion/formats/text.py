"""Lines and records of text files, bounded in length: heads, encodings, and a tolerant splitter.

Belongs here: what delimited and JSON-lines files share. The splitter reads a line of any length without keeping it:
what is longer than the limit is marked and skipped to its end.
"""

import codecs
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingestion.contracts import Contract
from ingestion.delivery import Delivered
from ingestion.errors import ContractError, EmptyFileError, FileError, UnreadableFileError, WrongEncodingError
from ingestion.formats.base import HEAD_BYTES
from ingestion.scratch import scratch_file as scratch_file  # noqa: PLC0414 - formats take it from here

_CHUNK = 1 << 20
_BLOCK = 1 << 17
_SHOWN = 1024  # of a line that is too long
_MAX_JOINED = 1 << 16  # a quoted field over more than this is an unclosed quote
_MAGIC = {
    b"PK\x03\x04": "a zip archive or Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
}
_CONTROLS = bytes((*range(9), *range(14, 32)))  # that no text holds but by mistake
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def line_bounds(limit: int) -> str:
    """Arguments of read_csv: how many bytes a line may have, and a buffer of eight such lines.

    Rows that wait hold the buffers of their texts: DuckDB's own 32 lines took a fifth more memory in all, and no less
    time.
    """
    return f"max_line_size={limit}, buffer_size={8 * limit}"


class LineTooLongError(FileError):
    """The first line has no end within the limit."""

    rule = "line_too_long"

    def __init__(self, table: str, file: str, limit: int) -> None:
        self.limit = limit
        super().__init__(
            table,
            file,
            "line 1",
            f"no line end within the first {limit} bytes.",
            "check what wrote this file; raise TUNDISH_MAX_LINE_BYTES if lines are that long.",
        )


@dataclass(frozen=True)
class Line:
    """One line without its end. A too long one holds its beginning only; `ended` is False for a cut last line."""

    number: int
    raw: bytes
    ended: bool = True
    too_long: bool = False


def encoding_of(contract: Contract, path: Path | None = None) -> str:
    """The contract's encoding as Python names it.

    The contract may list several: a file with a byte order mark is read in the one that the mark stands for, any
    other file in the first that needs no mark.
    """
    given = contract.format_options.get("encoding", "utf-8")
    listed = [_known(contract, str(name)) for name in (given if isinstance(given, list) else [given])]
    if len(listed) == 1 or path is None:
        return listed[0]
    with path.open("rb") as handle:
        head = handle.read(3)
    by_mark = "utf-16" if head.startswith(_UTF16_MARKS) else "utf-8" if head == codecs.BOM_UTF8 else ""
    marked = [name for name in listed if by_mark and name.startswith(by_mark)]
    return [*marked, *(name for name in listed if name != "utf-16"), *listed][0]


def _known(contract: Contract, name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        problem = f"formatOptions.encoding is {name!r}."
        raise ContractError(
            contract.path or contract.raw_name, problem, "use a name such as utf-8, cp1252 or utf-16."
        ) from error


def head_line(contract: Contract, file: Delivered, limit: int) -> str:
    """The first line as text, without byte order mark; FileError if there is none or it is no text."""
    with file.path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
        if not head.strip():
            raise EmptyFileError(contract.raw_name, file.name)
        _check_text(contract, file, head)
        encoding = encoding_of(contract, file.path)
        while b"\n" not in head and len(head) <= limit and (more := handle.read(_CHUNK)):
            head += more
    if b"\n" not in head and len(head) > limit:
        raise LineTooLongError(contract.raw_name, file.name, limit)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(head[: limit + 1])
    except UnicodeDecodeError as error:
        raise _wrong_encoding(contract, file, error.start, head[error.start : error.start + 4]) from error
    return text.lstrip("\ufeff").splitlines()[0] if text.lstrip("\ufeff") else ""


def check_head(contract: Contract, file: Delivered) -> None:
    """EmptyFileError or UnreadableFileError unless the file begins as text in the contract's encoding."""
    with file.path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if not head.strip(b" \t\r\n\xef\xbb\xbf\x00"):
        raise EmptyFileError(contract.raw_name, file.name)
    _check_text(contract, file, head)


def _check_text(contract: Contract, file: Delivered, head: bytes) -> None:
    encoding = encoding_of(contract, file.path)
    expected = f"{contract.format} text in {encoding}"
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            raise UnreadableFileError(contract.raw_name, file.name, "byte 0", expected, name)
    if not _extends_ascii(encoding):
        return
    if head.startswith(_UTF16_MARKS):
        raise _wrong_encoding(contract, file, 0, head[:2])
    sample = head[:4096]
    if 100 * (len(sample) - len(sample.translate(None, _CONTROLS))) > len(sample):
        at = next(place for place, code in enumerate(head) if code in _CONTROLS)
        seen = f"binary data ({head[at : at + 8]!r})"
        raise UnreadableFileError(contract.raw_name, file.name, f"byte {at}", expected, seen)


def _wrong_encoding(contract: Contract, file: Delivered, offset: int, seen: bytes) -> WrongEncodingError:
    encoding = encoding_of(contract, file.path)
    return WrongEncodingError(contract.raw_name, file.name, offset, encoding, seen)


def as_utf8(contract: Contract, file: Delivered, scratch: Path) -> Path:
    """A file in UTF-8: the delivered one where its bytes are the same, else a transcoded copy in `scratch`."""
    encoding = encoding_of(contract, file.path)
    if encoding == "utf-8" or (_extends_ascii(encoding) and _is_ascii(file.path)):
        return file.path
    copy = scratch_file(scratch)
    with copy.open("wb") as out:
        for text in _decoded(contract, file):
            out.write(text.encode())
    return copy


def check_decodable(contract: Contract, file: Delivered) -> None:
    """WrongEncodingError with the place of the first byte that the contract's encoding does not know."""
    if _extends_ascii(encoding_of(contract, file.path)) and _is_ascii(file.path):
        return
    for _ in _decoded(contract, file):
        pass


def _decoded(contract: Contract, file: Delivered) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding_of(contract, file.path))()
    done = 0
    with file.path.open("rb") as handle:
        while True:
            chunk = handle.read(_CHUNK)
            kept = len(decoder.getstate()[0])
            try:
                yield decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                seen = error.object[error.start : error.start + 4]
                raise _wrong_encoding(contract, file, done - kept + error.start, seen) from error
            done += len(chunk)
            if not chunk:
                return


def _extends_ascii(encoding: str) -> bool:
    """False for UTF-16 and EBCDIC, where the bytes of ASCII mean something else."""
    return "ascii bytes 0123456789".encode(encoding) == b"ascii bytes 0123456789"


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as handle:
        return all(chunk.isascii() for chunk in iter(lambda: handle.read(_CHUNK), b""))


@dataclass(frozen=True)
class Block:
    """Whole lines of one stretch of a file; the last one may lack its end. `number` is that of the first line."""

    number: int
    raw: bytes

    def lines(self, limit: int) -> Iterator[Line]:
        """The lines one by one; line ends are LF or CRLF."""
        parts = self.raw.split(b"\n")
        ended = not parts[-1]
        for offset, part in enumerate(parts[:-1] if ended else parts):
            number, last = self.number + offset, offset == len(parts) - 1
            if len(part) > limit:
                yield Line(number, part[:_SHOWN], ended or not last, too_long=True)
            else:
                yield Line(number, part.rstrip(b"\r"), ended or not last)

    def records(self) -> int | None:
        """Number of lines if none is blank, else None: count them one by one."""
        ends = is_byte(self.raw, b"\n")
        if (
            (ends[1:] & ends[:-1]).any()
            or self.raw[:1] in b"\r\n"
            or (b"\r" in self.raw and b"\n\r" in self.raw)
        ):
            return None
        return int(np.count_nonzero(ends)) + (not self.raw.endswith(b"\n"))


def is_byte(raw: bytes, byte: bytes) -> NDArray[np.bool_]:
    """Of each byte whether it is `byte`. For one that is frequent this is ten times as quick as searching."""
    found: NDArray[np.bool_] = np.frombuffer(raw, dtype=np.uint8) == byte[0]
    return found


def unix_lines(raw: bytes) -> bytes:
    """With LF for CRLF."""
    return raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw


def blocks(handle: BinaryIO, limit: int) -> Iterator[Block | Line]:
    """A file in short stretches. A line longer than `limit` may come by itself, not read to its end."""
    number, rest = 1, b""
    while chunk := handle.read(_BLOCK):
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        if cut:
            yield Block(number, data[:cut])
            number += int(np.count_nonzero(is_byte(data[:cut], b"\n")))
        rest = data[cut:]
        if len(rest) > limit:
            yield Line(number, rest[:_SHOWN], _skip_line(handle), too_long=True)
            number, rest = number + 1, b""
    if rest:
        yield Block(number, rest)


def lines(handle: BinaryIO, limit: int) -> Iterator[Line]:
    """All lines, numbered as an editor does."""
    for piece in blocks(handle, limit):
        if isinstance(piece, Line):
            yield piece
        else:
            yield from piece.lines(limit)


def pick(path: Path, rows: Sequence[int], first: int, limit: int) -> Iterator[tuple[int, Line]]:
    """Lines by ascending record number; the first line that is not blank has number `first`. Other blocks are skipped."""
    wanted = deque(rows)
    row = first
    with path.open("rb") as handle:
        for piece in blocks(handle, limit):
            if not wanted:
                return
            count = 1 if isinstance(piece, Line) else piece.records()
            if count is not None and wanted[0] >= row + count:
                row += count
                continue
            for line in [piece] if isinstance(piece, Line) else piece.lines(limit):
                if line.raw or line.too_long:
                    if wanted and wanted[0] == row:
                        yield wanted.popleft(), line
                    row += 1


def holds(path: Path, mark: bytes) -> bool:
    """True if the byte `mark` occurs in the file."""
    with path.open("rb") as handle:
        return any(mark in chunk for chunk in iter(lambda: handle.read(_CHUNK), b""))


def _skip_line(handle: BinaryIO) -> bool:
    while rest := handle.readline(_CHUNK):
        if rest.endswith(b"\n"):
            return True
    return False


def joined(
    source: Iterator[Line],
    is_open: Callable[[bytes], bool],
    limit: int,
    is_over: Callable[[bytes], bool] = lambda _: False,
) -> Iterator[Line]:
    """Records without the blank ones: a line that `is_open` (inside quotes) takes the following ones until closed.

    A record that stays open up to the limit or the end of the file, or that `is_over` (has too many fields then), is
    given back as its first line alone, and splitting goes on behind that line.
    """
    limit = min(limit, _MAX_JOINED)
    waiting: deque[Line] = deque()
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        if line.too_long or not is_open(line.raw):
            if line.raw:
                yield line
            continue
        taken, raw, ended = [], line.raw, line.ended
        while (
            len(raw) <= limit and (more := waiting.popleft() if waiting else next(source, None)) is not None
        ):
            taken.append(more)
            raw, ended = raw + b"\n" + more.raw, more.ended
            if not is_open(raw):
                break
        if is_open(raw) or len(raw) > limit or is_over(raw):
            yield line
            waiting.extendleft(reversed(taken))
        else:
            yield Line(line.number, raw, ended)
