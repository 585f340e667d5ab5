"""Locks between processes, and the lake's clock. The operating system frees a lock when its process dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

_ONE_MICROSECOND = timedelta(microseconds=1)


@contextmanager
def exclusive(lake: Path, name: str) -> Iterator[None]:
    """Wait for, then hold the lock `name` of this lake."""
    folder = lake / "_locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ingestion_times(lake: Path, count: int) -> list[datetime]:
    """`count` values for `_ingested_at`: UTC, strictly increasing over all calls, also when the clock is set back."""
    if count == 0:
        return []
    with exclusive(lake, "clock"):
        memory = lake / "_locks" / "last_ingested_at"
        last = (
            datetime.fromisoformat(memory.read_text())
            if memory.exists()
            else datetime.min.replace(tzinfo=UTC)
        )
        first = max(datetime.now(UTC), last + _ONE_MICROSECOND)
        times = [first + _ONE_MICROSECOND * step for step in range(count)]
        fresh = memory.with_suffix(".new")
        fresh.write_text(times[-1].isoformat())
        fresh.replace(memory)
    return times
