"""Delivered files: finding them in delivery order, knowing when they rest, and what their content is.

Packed files (packed.py) are delivered files too: `x.csv.gz` and `x.csv.zst` wherever `x.csv` is looked for, and the
members of zip archives. An archive is looked into if it lies where the files are looked for and is named like them
(`afru_*.zip` for `afru_*.csv`), or if the contract names it (`archives`, a glob in the source's folder). Of its members
those come in whose own name is looked for; the only member of an archive may have any name.

Does not belong here: what is inside a file (formats/), whether its content is known already (load.py).
"""

import fnmatch
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingestion import packed
from ingestion.contracts import Contract
from ingestion.errors import PlantError
from ingestion.packed import Packed, PackedFileError, Unpacker, UnpackError
from ingestion.plant import PLANT_SYSTEM, Source
from ingestion.scratch import scratch_file


@dataclass(frozen=True)
class Delivered:
    """One file at one moment. `name` is its path inside the source's folder; times in nanoseconds since 1970.

    Of packed content `path` does not exist (`archive.zip/member`): read what unpacked() gives. `content` is the sha256
    of the content, known from there on.
    """

    path: Path
    name: str
    size: int
    mtime_ns: int
    packed: Packed | None = None
    content: str = ""

    def __hash__(self) -> int:
        """Of what differs between files: hashing each part of very many takes longer than finding them."""
        return hash((self.name, self.mtime_ns))

    def unchanged(self) -> bool:
        """True if the file still has the size and time that it was listed with."""
        at, size = (
            (self.path, self.size) if self.packed is None else (self.packed.container, self.packed.size)
        )
        try:
            now = at.stat()
        except FileNotFoundError:
            return False
        return (now.st_size, now.st_mtime_ns) == (size, self.mtime_ns)

    def settled(self, settle_seconds: float) -> bool:
        """True if nothing was written to the file for that long. A time in the future counts as settled."""
        age_s = time.time() - self.mtime_ns / 1e9
        return age_s < 0 or age_s >= settle_seconds


def discover(contract: Contract, source: Source) -> list[Delivered]:
    """The contract's files in delivery order: by modification time, then by name. No folder: nothing delivered."""
    if not source.path.is_dir():
        if source.how_to_get_data and source.connection is None:
            raise PlantError(source.path, f"no data of {source.system} there.", source.how_to_get_data)
        return []
    wanted = _Wanted(contract)
    found = [file for folder in wanted.folders(source.path) for file in _listed(folder, source.path, wanted)]
    if contract.archives:
        for path in source.path.glob(contract.archives):
            found += _members(path, source.path, wanted)
    return sorted(found, key=lambda file: (file.mtime_ns, file.name))


def unpacked(
    contract: Contract, file: Delivered, sha256: str, *, unpacker: Unpacker, scratch: Path
) -> Delivered:
    """The file itself, or of a packed one a copy in `scratch` whose `path` can be read; PackedFileError if not whole."""
    if file.packed is None:
        return replace(file, content=sha256)
    place = f"member {file.packed.member}" if file.packed.member is not None else "whole file"
    target = scratch_file(scratch, PurePosixPath(file.packed.content_name).suffix)
    try:
        found = unpacker.write(file.packed, target)
    except UnpackError as error:
        target.unlink()
        raise PackedFileError(contract.raw_name, file.name, place, error.message, error.next_step) from error
    if found != sha256:
        problem, step = "its content is not what was hashed before.", "deliver it again."
        raise PackedFileError(contract.raw_name, file.name, place, problem, step)
    return replace(file, path=target, size=target.stat().st_size, content=sha256)


def needs_settling(contract: Contract, source: Source) -> bool:
    """Configuration is edited by people, not streamed, and connectors rename whole files: these need no rest."""
    return contract.system != PLANT_SYSTEM and source.connection is None


class _Wanted:
    """Which names a contract looks for."""

    def __init__(self, contract: Contract) -> None:
        pattern = PurePosixPath(contract.files)
        self._parent = pattern.parent.as_posix()
        self._named = bool(contract.archives) or any(mark.isalnum() for mark in pattern.stem)
        self._any_member = pattern.suffix.lower() == packed.ARCHIVE
        self._file = re.compile("|".join(fnmatch.translate(name) for name in _alternatives(pattern.name)))
        self._archive = re.compile(fnmatch.translate(f"{pattern.stem}{packed.ARCHIVE}"))

    def folders(self, root: Path) -> Iterator[Path]:
        """Folders in which files may lie."""
        if self._parent == ".":
            yield root
        else:
            yield from (folder for folder in root.glob(self._parent) if folder.is_dir())

    def file(self, name: str) -> bool:
        """True for a file of that name, packed or not."""
        bare = name[: -len(suffix)] if (suffix := packed.stream_suffix(name)) else name
        return self._file.match(bare) is not None or self._file.match(name) is not None

    def archive(self, name: str) -> bool:
        """True for an archive to be looked into."""
        return name.lower().endswith(packed.ARCHIVE) and bool(
            self._archive.match(name) or self._file.match(name)
        )

    def members(self, found: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
        """The members to be taken in; UnpackError if there should be some and are none."""
        wanted = [
            (name, size) for name, size in found if self._any_member or self.file(PurePosixPath(name).name)
        ]
        if not wanted and self._named:
            if len(found) == 1:
                return list(found)
            names = ", ".join(name for name, _ in found[:5]) or "nothing"
            raise UnpackError(
                f"no member is named like the contract's files; it holds {names}.", "check the archive."
            )
        return wanted


def _alternatives(pattern: str) -> list[str]:
    """The patterns that `*.{tdms,mf4}` stands for; a pattern without braces stands for itself."""
    before, _, rest = pattern.partition("{")
    middle, closed, after = rest.partition("}")
    return [f"{before}{one}{after}" for one in middle.split(",")] if closed else [pattern]


def _listed(folder: Path, root: Path, wanted: _Wanted) -> Iterator[Delivered]:
    """One look at a folder, however many files lie there."""
    within = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
    with os.scandir(folder) as entries:
        for entry in entries:
            if wanted.archive(entry.name) and entry.is_file():
                yield from _members(folder / entry.name, root, wanted)
            elif wanted.file(entry.name) and entry.is_file():
                status, path = entry.stat(), folder / entry.name
                packing = Packed(path, status.st_size) if packed.stream_suffix(entry.name) else None
                yield Delivered(path, f"{within}{entry.name}", status.st_size, status.st_mtime_ns, packing)


def _members(path: Path, root: Path, wanted: _Wanted) -> Iterator[Delivered]:
    """The members of an archive, all of its time; the archive itself if it cannot be looked into."""
    status = path.stat()
    name, size, mtime_ns = path.relative_to(root).as_posix(), status.st_size, status.st_mtime_ns
    try:
        members = wanted.members(packed.table_of_contents(path, size, mtime_ns))
    except UnpackError as error:
        yield Delivered(
            path, name, size, mtime_ns, Packed(path, size, problem=(error.message, error.next_step))
        )
        return
    for member, unpacked_size in members:
        where = Packed(path, size, member)
        yield Delivered(path / member, f"{name}/{member}", unpacked_size, mtime_ns, where)
