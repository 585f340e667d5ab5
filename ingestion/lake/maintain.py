"""Upkeep of the lake: small files become large ones, and files that no readable version needs are removed.

Former versions stay readable for the audit horizon of the settings: a release may be traced to the raw versions it
was built on, and a vacuum below that horizon would break them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deltalake import DeltaTable, PostCommitHookProperties

from ingestion.lake.checkpoints import write_checkpoint
from ingestion.lake.locks import exclusive
from ingestion.settings import Settings

_NO_CHECKPOINT = PostCommitHookProperties(create_checkpoint=False)  # ours follows
_SMALL_FILES = 16
_SCATTERED_FILES = 64
_WHOLE_BYTES = 16 * 2**20
_SMALL_BYTES = _WHOLE_BYTES // 4


@dataclass(frozen=True)
class Upkeep:
    """What maintenance did to one Delta table."""

    table: str
    files_before: int
    files_after: int
    files_removed: int


def maintain_lake(settings: Settings, *, dry_run: bool = False) -> list[Upkeep]:
    """Compact and vacuum every Delta table of ingestion; `dry_run` only tells what a vacuum would remove."""
    return [maintain_table(settings, path, dry_run=dry_run) for path in lake_tables(settings)]


def maintain_table(settings: Settings, path: Path, *, dry_run: bool = False) -> Upkeep:
    """Compact one table if it has many small files, then vacuum it beyond the audit horizon."""
    with exclusive(settings.lake, path.name):
        table = DeltaTable(path)
        before = len(table.file_uris())
        if before >= _SMALL_FILES and not dry_run:
            table.optimize.compact(post_commithook_properties=_NO_CHECKPOINT)
        horizon = timedelta(days=settings.audit_days)
        removed = table.vacuum(
            retention_hours=int(horizon.total_seconds() // 3600),
            dry_run=dry_run,
            enforce_retention_duration=False,
            full=True,
            post_commithook_properties=_NO_CHECKPOINT,
        )
        kept = DeltaTable(path)
        if not dry_run:
            write_checkpoint(path, kept.version(), settings.staging_path(path.name) / "checkpoint")
        return Upkeep(path.name, before, len(kept.file_uris()), len(removed))


def compact_if_scattered(settings: Settings, path: Path, sizes: Iterable[int]) -> None:
    """Put the small files of a table that every load appends to together, once there are many; `sizes` in bytes.

    Files that have grown large stay as they are, so what is rewritten does not grow with the table.
    """
    if sum(size < _SMALL_BYTES for size in sizes) < _SCATTERED_FILES:
        return
    with exclusive(settings.lake, path.name):
        table = DeltaTable(path)
        table.optimize.compact(target_size=_WHOLE_BYTES)
        table.create_checkpoint()


def lake_tables(settings: Settings) -> list[Path]:
    """Folders of all Delta tables of ingestion: raw, quarantine, ledger, decisions, results of gates."""
    candidates = [
        *(settings.lake / "raw").glob("*"),
        *(settings.lake / "quarantine").glob("*"),
        settings.ledger_path,
        settings.decisions_path,
        settings.quality_results_path,
        settings.drift_events_path,
    ]
    return sorted(path for path in candidates if DeltaTable.is_deltatable(str(path)))
