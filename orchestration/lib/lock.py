"""One run at a time per home: an advisory file lock that dies with its process.

Here: taking, naming and giving back the lock. Not here: the queue of Dagster (``instance``) that makes runs of the
UI wait; this lock is what also holds between the command line, the daemon and a killed process.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ingestion.errors import TundishError

_held: dict[Path, int] = {}
"""How often this process holds each lock: a command takes it, and so does the Dagster run inside it."""


class RunLockHeldError(TundishError):
    """Another run works on this home. Trying again later helps."""

    retryable = True

    def __init__(self, path: Path, holder: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(
            f"{path.parent}: another run works on this home ({holder}).",
            "wait until it ends, or give another --home.",
        )


@contextmanager
def hold(path: Path, purpose: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of ``path`` inside the block; re-entrant in one process.

    Raises RunLockHeldError at once if another process holds it, unless ``wait``.
    """
    path = path.resolve()
    if path in _held:
        _held[path] += 1
        try:
            yield
        finally:
            _held[path] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as handle:
        _take(handle, path, wait=wait)
        _sign(handle, purpose)
        _held[path] = 1
        try:
            yield
        finally:
            del _held[path]
            handle.truncate(0)


def holder_of(path: Path) -> str:
    """Say who holds the lock of ``path``; empty if nobody does."""
    if not path.is_file() or path.resolve() in _held:
        return ""
    with path.open("a+", encoding="utf-8") as handle:
        try:
            _take(handle, path, wait=False)
        except RunLockHeldError as error:
            return error.holder
    return ""


def _take(handle: IO[str], path: Path, *, wait: bool) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RunLockHeldError(path, _read_holder(handle)) from error


def _sign(handle: IO[str], purpose: str) -> None:
    handle.truncate(0)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    handle.write(json.dumps({"pid": os.getpid(), "purpose": purpose, "since": since}))
    handle.flush()


def _read_holder(handle: IO[str]) -> str:
    handle.seek(0)
    try:
        body = json.loads(handle.read())
    except ValueError:
        return "it has not said who it is"
    return f"{body['purpose']}, process {body['pid']}, since {body['since']}"
