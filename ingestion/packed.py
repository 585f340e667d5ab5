"""Packed deliveries: `.gz`, `.zst` and the members of `.zip`, for files of every format.

What counts is the content. Each member of an archive is one delivered file, named `archive.zip/member.csv`: it has
its own hash, batch, verdict and ledger entry, so a bad member is held and the others go on, quarantine and raw name
the member, and content that came before (alone, in another archive, or packed anew) is known. Hashes are those of the
unpacked content. The ledger remembers them by archive, member, size and time, so a second run reads no more than the
table of contents of a zip. To be read, content is unpacked into scratch as a whole, which proves it complete and sound
before the first row; the copy goes when its file is judged.

Belongs here: tables of contents, unpacking in bounded memory, refusing bombs. Which files are looked for stands in
delivery.py.
"""

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from ingestion.errors import FileError, TundishError

STREAMS = {".gz": "gzip", ".zst": "zstd"}
ARCHIVE = ".zip"
_CHUNK = 1 << 20
_FREE_BYTES = 256 * 2**20  # so much may always come out of a packed file
_AGAIN = "pack and deliver it again"


class PackedFileError(FileError):
    """A packed file cannot be unpacked."""

    rule = "unreadable_archive"


class UnpackError(TundishError):
    """What is wrong with packed bytes, before it is known whose they are."""


@dataclass(frozen=True)
class Packed:
    """Where packed content lies: the file `container` of `size` bytes and, in an archive, the name of the member.

    `problem` and next step are set for an archive without a readable table of contents.
    """

    container: Path
    size: int
    member: str | None = None
    problem: tuple[str, str] | None = None

    @property
    def content_name(self) -> str:
        """Name of the content without the suffix of the packing."""
        name = self.member if self.member is not None else self.container.name
        return name[: -len(stream_suffix(name))] if stream_suffix(name) else name


def stream_suffix(name: str) -> str:
    """`.gz` or `.zst` as the name writes it; empty if it has neither."""
    stem, dot, suffix = name.rpartition(".")  # asked of each name in a folder: a path costs ten times as much
    named = bool(stem) and not stem.endswith("/")
    return dot + suffix if named and f".{suffix.lower()}" in STREAMS else ""


@lru_cache(maxsize=256)
def table_of_contents(archive: Path, size: int, mtime_ns: int) -> tuple[tuple[str, int], ...]:
    """(name, unpacked bytes) of each file in a zip; UnpackError if it cannot be told."""
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
        raise UnpackError(f"no whole zip archive ({error}).", f"{_AGAIN}.") from error
    found = [(info.filename, info.file_size) for info in infos if not info.filename.startswith("__MACOSX/")]
    names = [name for name, _ in found]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnpackError(f"two members are named {twice}.", f"{_AGAIN}, each member under its own name.")
    return tuple(found)


class Unpacker:
    """Unpacks content; keeps the last archive open, since its members mostly come one after the other."""

    def __init__(self, max_ratio: float) -> None:
        self._max_ratio = max_ratio
        self._open: tuple[Path, int, zipfile.ZipFile] | None = None

    def close(self) -> None:
        """Close the archive that is open."""
        if self._open is not None:
            self._open[2].close()
            self._open = None

    def sha256(self, packed: Packed) -> str:
        """Hash of the content, hexadecimal; UnpackError if it cannot be unpacked."""
        digest = hashlib.sha256()
        for chunk in self.chunks(packed):
            digest.update(chunk)
        return digest.hexdigest()

    def write(self, packed: Packed, target: Path) -> str:
        """Write the content into `target` and return its hash; UnpackError if it does not come out whole."""
        free = shutil.disk_usage(target.parent).free * 9 // 10
        digest, size = hashlib.sha256(), 0
        with target.open("wb") as out:
            for chunk in self.chunks(packed):
                size += len(chunk)
                if size > free:
                    raise UnpackError(
                        f"unpacked it is larger than the {free} bytes left in {target.parent}.",
                        "make room, then run again.",
                    )
                digest.update(chunk)
                out.write(chunk)
        return digest.hexdigest()

    def chunks(self, packed: Packed) -> Iterator[bytes]:
        """The content in bounded pieces; UnpackError where it is cut, damaged, encrypted or a bomb.

        The next piece is unpacked while the one before is looked at.
        """
        try:
            pieces = self._limited(packed)
            with ThreadPoolExecutor(1, thread_name_prefix="unpack") as thread:
                coming = thread.submit(next, pieces, b"")
                while piece := coming.result():
                    coming = thread.submit(next, pieces, b"")
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UnpackError(f"the archive is damaged ({error}).", f"{_AGAIN}.") from error
        except NotImplementedError as error:
            raise UnpackError(
                f"packed in a way that is not known here ({error}).", f"{_AGAIN} by deflate."
            ) from error
        except pa.ArrowException as error:
            raise UnpackError(f"the packed data is damaged ({error}).", f"{_AGAIN}.") from error
        except FileNotFoundError:
            raise
        except OSError as error:
            cut = "Truncated" in str(error)
            problem = "the packed data is cut off" if cut else f"the packed data is damaged ({error})"
            raise UnpackError(f"{problem}.", f"{_AGAIN}.") from error

    def _limited(self, packed: Packed) -> Iterator[bytes]:
        source, packed_size = self._stream(packed)
        limit = max(_FREE_BYTES, int(packed_size * self._max_ratio))
        done = 0
        with source:
            while chunk := source.read(_CHUNK):
                done += len(chunk)
                if done > limit:
                    raise UnpackError(
                        f"{packed_size} bytes unpack to more than {limit}: this looks like a zip bomb.",
                        "look into it; raise TUNDISH_MAX_UNPACK_RATIO if data can be packed that well.",
                    )
                yield chunk

    def _stream(self, packed: Packed) -> tuple[pa.NativeFile, int]:
        """The unpacking stream, and how many packed bytes it reads."""
        if packed.problem is not None:
            raise UnpackError(*packed.problem)
        if packed.member is None:
            kind = STREAMS[stream_suffix(packed.container.name).lower()]
            return pa.input_stream(str(packed.container), compression=kind), packed.size
        archive = self._archive(packed)
        info = archive.getinfo(packed.member)
        if info.flag_bits & 1:
            raise UnpackError("the archive is encrypted.", f"{_AGAIN} without a password.")
        member = pa.PythonFile(archive.open(info), mode="r")
        suffix = stream_suffix(packed.member).lower()
        return (pa.CompressedInputStream(member, STREAMS[suffix]) if suffix else member), info.compress_size

    def _archive(self, packed: Packed) -> zipfile.ZipFile:
        if self._open is None or self._open[:2] != (packed.container, packed.size):
            self.close()
            self._open = packed.container, packed.size, zipfile.ZipFile(packed.container)
        return self._open[2]
