"""The files that are looked at, in a folder of their own: small ones linked, heads of large and packed ones copied.

Of a format that consists of lines no more than `head_bytes` of a file are read, and the sample says so; documents and
binary files stay whole, their readers stream. Times of files are kept, they are evidence. Does not belong here: what
a file is (recognise.py).
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from ingestion.delivery import Delivered
from ingestion.errors import ConfigurationError
from ingestion.packed import ARCHIVE, Packed, Unpacker, UnpackError, stream_suffix, table_of_contents
from ingestion.profiling.model import Sample

HEAD_BYTES = 64 * 2**20
_CHUNK = 1 << 20
T = TypeVar("T")
_WHOLE = {
    ".parquet", ".json", ".xml", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods",
    ".tdms", ".mf4", ".mdf", ".h5", ".hdf5", ".mat", ".wav",
}  # fmt: skip
_HIDDEN = (".", "_", "~$")


def root_of(paths: Iterable[Path]) -> Path:
    """The folder that all files lie in: that of a plant's source. ConfigurationError if a path is not there."""
    folders = []
    for path in paths:
        if not path.exists():
            raise ConfigurationError(
                path, "there is no such file or folder.", "give files or folders of samples."
            )
        folders.append(path.resolve() if path.is_dir() else path.resolve().parent)
    return Path(os.path.commonpath(folders))


def listed(paths: Iterable[Path]) -> list[Path]:
    """All files below the paths, by name; hidden ones are left out."""
    found: dict[Path, None] = {}
    for path in paths:
        every = sorted(path.rglob("*")) if path.is_dir() else [path]
        shown = (one for one in every if one.is_file() and not one.name.startswith(_HIDDEN))
        found |= dict.fromkeys(one.resolve() for one in shown)
    return list(found)


def spread(items: Sequence[T], most: int) -> tuple[T, ...]:
    """All of them, or the first, the last and evenly those between."""
    if len(items) <= most:
        return tuple(items)
    last = len(items) - 1
    return tuple(items[place] for place in sorted({round(last * step / (most - 1)) for step in range(most)}))


class Stage:
    """Lays samples of files below `root` out: in `read` as they are read, in `delivered` as a plant would deliver them.

    What is whole is delivered by a link, packed files as they are; of what was cut the head is delivered.
    """

    def __init__(self, root: Path, folder: Path, head_bytes: int = HEAD_BYTES) -> None:
        self._root = root
        self.read = folder / "read"
        self.delivered = folder / "delivered"
        self._head_bytes = head_bytes

    def samples(self, files: Iterable[Path]) -> Iterator[Sample | tuple[str, str]]:
        """One sample per file or member of an archive; (name, why) for what cannot be unpacked."""
        with closing(Unpacker(max_ratio=500.0)) as unpacker:
            for path in files:
                name = path.relative_to(self._root).as_posix()
                try:
                    for member, where in _contents(path, name):
                        yield self._sample(path, member, where, unpacker)
                except UnpackError as error:
                    yield name, f"{error.message} {error.next_step}"

    def _sample(self, path: Path, name: str, where: Packed | None, unpacker: Unpacker) -> Sample:
        status = path.stat()
        target = self.read / name.removesuffix(stream_suffix(name))
        whole = target.suffix.lower() in _WHOLE
        share = ""
        if where is None and (whole or status.st_size <= self._head_bytes):
            _link(target, path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            chunks = _read(path) if where is None else unpacker.chunks(where)
            if self._copied(chunks, target, whole=whole):
                packed = " packed" if where is not None else ""
                share = (
                    f"the first {target.stat().st_size:,} bytes of a file of {status.st_size:,} bytes{packed}"
                )
            os.utime(target, ns=(status.st_mtime_ns, status.st_mtime_ns))
        self._deliver(path, target, cut=bool(share))
        size, relative = target.stat().st_size, target.relative_to(self.read).as_posix()
        return Sample(Delivered(target, relative, size, status.st_mtime_ns), name, share)

    def _deliver(self, path: Path, target: Path, *, cut: bool) -> None:
        """The whole file where it lay, or the head of it; that of an archive's member beside the archive."""
        place = self.delivered / path.relative_to(self._root)
        if cut:
            _link(place.with_name(target.name), target)
        else:
            _link(place, path)

    def _copied(self, chunks: Iterable[bytes], target: Path, *, whole: bool) -> bool:
        """Copy up to the limit and to the end of a line; True if something was left."""
        written = 0
        with target.open("wb") as out:
            for chunk in chunks:
                if not whole and written + len(chunk) > self._head_bytes:
                    out.write(_to_last_line(chunk))
                    return True
                written += out.write(chunk)
        return False


def _contents(path: Path, name: str) -> Iterator[tuple[str, Packed | None]]:
    """The file itself, what is packed in it, or each member of an archive."""
    status = path.stat()
    if name.lower().endswith(ARCHIVE):
        for member, _ in table_of_contents(path, status.st_size, status.st_mtime_ns):
            yield f"{name}/{member}", Packed(path, status.st_size, member)
    else:
        yield name, Packed(path, status.st_size) if stream_suffix(name) else None


def _link(place: Path, target: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.symlink_to(target)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        yield from iter(lambda: handle.read(_CHUNK), b"")


def _to_last_line(chunk: bytes) -> bytes:
    """Without the line that is not whole; in UTF-16 a line feed has two bytes."""
    end = chunk.rfind(b"\n") + 1
    return chunk[: end + 1] if chunk[end : end + 1] == b"\0" else chunk[:end]
