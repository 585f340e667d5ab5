"""The archive: every committed file by the hash of its content, so that it can be replayed."""

import os
import shutil
from pathlib import Path

from ingestion.settings import Settings


def archive_file(settings: Settings, path: Path, sha256: str) -> Path:
    """Keep a file as <archive>/<sha256><suffix>: a hard link where the file system allows it, else a copy.

    Exporters write new files; one that overwrote a file in place would change a linked copy too, so a replay
    compares the hash first.
    """
    settings.archive.mkdir(parents=True, exist_ok=True)
    target = settings.archive / f"{sha256}{path.suffix}"
    if not target.exists():
        fresh = target.with_name(target.name + ".new")
        fresh.unlink(missing_ok=True)
        try:
            os.link(path, fresh)
        except OSError:
            shutil.copy2(path, fresh)
        fresh.replace(target)
    return target
