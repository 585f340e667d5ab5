"""The archive: every committed file by the hash of its content, so that it can be replayed.

A packed file stays packed: `x.csv.gz` is kept as <sha256 of its content>.csv.gz. The member of a zip archive is packed
by itself, as <sha256>.csv.zst, so that each content can be taken out without its neighbours.
"""

import os
import shutil
from contextlib import closing
from pathlib import Path, PurePosixPath

import pyarrow as pa

from ingestion.delivery import Delivered
from ingestion.packed import Packed, Unpacker, stream_suffix
from ingestion.settings import Settings


def archive_file(settings: Settings, file: Delivered, sha256: str) -> Path:
    """Keep a file as <archive>/<sha256><suffixes>: a hard link where the file system allows it, else a copy.

    Exporters write new files; one that overwrote a file in place would change a linked copy too, so a replay
    compares the hash first.
    """
    settings.archive.mkdir(parents=True, exist_ok=True)
    target = settings.archive / f"{sha256}{_suffixes(file)}"
    if not target.exists():
        fresh = target.with_name(target.name + ".new")
        fresh.unlink(missing_ok=True)
        if file.packed is not None and file.packed.member is not None:
            _pack(file.packed, fresh, settings.max_unpack_ratio)
        else:
            _link(file.path, fresh)
        fresh.replace(target)
    return target


def _suffixes(file: Delivered) -> str:
    if file.packed is None:
        return file.path.suffix
    packing = stream_suffix(file.path.name) if file.packed.member is None else ".zst"
    return f"{PurePosixPath(file.packed.content_name).suffix}{packing}"


def _link(path: Path, fresh: Path) -> None:
    try:
        os.link(path, fresh)
    except OSError:
        shutil.copy2(path, fresh)


def _pack(packed: Packed, fresh: Path, max_ratio: float) -> None:
    with closing(Unpacker(max_ratio)) as unpacker, pa.output_stream(str(fresh), compression="zstd") as out:
        for chunk in unpacker.chunks(packed):
            out.write(chunk)
