"""The archive: every committed file by the hash of its content, so that it can be replayed.

A file that is new is copied first; the copy is what is hashed, read and kept. So what lies in the archive is what became
raw, to the byte, whatever happens to the delivered file. The copy shares its blocks with the delivered file where the
file system can (copy_file_range on Btrfs, XFS), else it is an ordinary one. Copies of files that were not committed
go. A packed file stays packed: `x.csv.gz` is kept as <sha256 of its content>.csv.gz. The member of a zip archive is
packed by itself, as <sha256>.csv.zst, so that each content can be taken out without its neighbours.
"""

import errno
import hashlib
import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pyarrow as pa

from ingestion.delivery import Delivered
from ingestion.errors import ArchiveError
from ingestion.packed import Packed, Unpacker, UnpackError, stream_suffix
from ingestion.settings import Settings

_PIECE = 1 << 26
_READ = 1 << 20
_SMALL_FILE = 2**20
_NO_RANGES = {errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


@dataclass(frozen=True)
class Copy:
    """A delivered file, the private copy that was made of it, and the sha256 of the copy's content.

    Of content that cannot be unpacked there is no copy, and the hash is that of its place, size and time. `again`: the
    content was committed before, and is news nevertheless.
    """

    file: Delivered
    sha256: str
    path: Path | None
    again: bool = False

    @property
    def readable(self) -> Delivered:
        """The file with the copy in its place."""
        if self.path is None:
            return self.file
        if self.file.packed is None:
            return replace(self.file, path=self.path)
        return replace(self.file, packed=Packed(self.path, self.path.stat().st_size))


class Incoming:
    """Copies of the new files of one table while they are loaded; keep() moves them into the archive.

    `standing` hears of a big file, with the path of its copy, when that stands and is still being hashed.
    """

    def __init__(
        self, settings: Settings, raw_name: str, standing: Callable[[Delivered], None] = lambda _: None
    ) -> None:
        self._standing = standing
        self._archive = settings.archive
        self._folder = settings.archive / "incoming" / raw_name
        self._unpacker = Unpacker(settings.max_unpack_ratio)
        self._one_at_a_time = threading.Lock()  # members of one archive
        self._numbers = itertools.count()
        self._made = False
        shutil.rmtree(self._folder, ignore_errors=True)  # what a killed run left

    def take(self, file: Delivered) -> Copy:
        """Copy a delivered file and hash the copy; several threads may ask."""
        if not self._made:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._made = True
        path = self._folder / f"{next(self._numbers)}{_suffixes(file)}"
        if file.packed is None:
            return Copy(file, self._copied(file, path), path)
        try:
            with self._one_at_a_time:
                return Copy(file, self._take_packed(file.packed, path), path)
        except UnpackError:
            path.unlink(missing_ok=True)
            place = f"{file.path} {file.packed.size} {file.mtime_ns}"
            return Copy(file, hashlib.sha256(place.encode()).hexdigest(), None)

    def keep(self, copy: Copy) -> None:
        """Move a copy to <archive>/<sha256><suffixes>."""
        if copy.path is not None:
            copy.path.replace(self._archive / f"{copy.sha256}{_suffixes(copy.file)}")

    def close(self) -> None:
        """Remove the copies that were not kept."""
        self._unpacker.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _copied(self, file: Delivered, target: Path) -> str:
        """Copy a file and hash the copy: of a small one its bytes, in one breath; of a big one what stands already."""
        if file.size <= _SMALL_FILE:
            content = file.path.read_bytes()
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
            with os.fdopen(handle, "wb", buffering=0) as out:
                out.write(content)
            return hashlib.sha256(content).hexdigest()
        digest = hashlib.sha256()
        followed: list[Future[None]] = []
        with ThreadPoolExecutor(1, thread_name_prefix="hash") as behind:
            start = 0
            for size in _copied_pieces(file.path, target):
                followed.append(behind.submit(_update, digest, target, start, size))
                start += size
            self._standing(replace(file, path=target))
        for piece in followed:
            piece.result()
        return digest.hexdigest()

    def _take_packed(self, packed: Packed, path: Path) -> str:
        if packed.member is None:
            copy_content(packed.container, path)
            return self._unpacker.sha256(replace(packed, container=path))
        digest = hashlib.sha256()
        with pa.output_stream(str(path), compression="zstd") as out:
            for chunk in self._unpacker.chunks(packed):
                digest.update(chunk)
                out.write(chunk)
        return digest.hexdigest()


def archived(settings: Settings, sha256: str) -> Path:
    """The archived file of that content, read once to prove it; ArchiveError if it is missing or another."""
    path = next(settings.archive.glob(f"{sha256}*"), settings.archive / sha256)
    if not path.is_file():
        step = "its rows in raw are not touched; put it back there, from a backup or from the source."
        raise ArchiveError(path, "it is not there.", step)
    found = _content_hash(path, settings.max_unpack_ratio)
    if found != sha256:
        problem = f"its content is {found or 'cut off or damaged'}."
        raise ArchiveError(
            path, problem, "put it back from a backup; its rows in the raw table are not touched."
        )
    return path


def damaged(settings: Settings) -> Iterator[ArchiveError]:
    """What is wrong with archived files, by reading all of them."""
    for path in sorted(settings.archive.glob("[0-9a-f]*")):
        if path.is_file():
            try:
                archived(settings, path.name.partition(".")[0])
            except ArchiveError as error:
                yield error


def _content_hash(path: Path, max_unpack_ratio: float) -> str:
    """sha256 of an archived file's content as it is now; empty if it cannot be unpacked."""
    if not stream_suffix(path.name):
        return _digest(path)
    unpacker = Unpacker(max_unpack_ratio)
    try:
        return unpacker.sha256(Packed(path, path.stat().st_size))
    except UnpackError:
        return ""


def _update(digest: "hashlib._Hash", path: Path, start: int, size: int) -> None:
    buffer = memoryview(bytearray(_READ))
    with path.open("rb", buffering=0) as handle:
        handle.seek(start)
        while size and (count := handle.readinto(buffer[: min(size, _READ)])):
            digest.update(buffer[:count])
            size -= count


def copy_content(source: Path, target: Path) -> None:
    """A new, read-only file of the same bytes, without passing them through this process where the system can."""
    for _ in _copied_pieces(source, target):
        pass


def _copied_pieces(source: Path, target: Path) -> Iterator[int]:
    """Copy piece by piece: how many bytes more stand in the copy."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with source.open("rb") as given, os.fdopen(handle, "wb") as out:
        try:
            while copied := os.copy_file_range(given.fileno(), out.fileno(), _PIECE):
                yield copied
        except (OSError, AttributeError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_RANGES:
                raise
            while content := given.read(_READ):
                out.write(content)
                out.flush()
                yield len(content)


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _suffixes(file: Delivered) -> str:
    if file.packed is None:
        return file.path.suffix
    packing = stream_suffix(file.path.name) if file.packed.member is None else ".zst"
    return f"{PurePosixPath(file.packed.content_name).suffix}{packing}"
