"""Errors of releases: each names the release, what was found and the next step.

    TundishError
    └── ReleaseError
        ├── ReleaseNotFoundError      no such release or candidate
        ├── ReleaseIncompleteError    a file is missing or differs from the manifest
        ├── ReleaseNotGatedError      gate results are missing or a critical rule failed
        ├── ReleasePointerError       current.json names no release
        ├── ReleaseBuildError         a table cannot be written as the specification says
        ├── FeatureVersionError       a feature table has no version for this release
        ├── LotNotFoundError          no lot of the release has this name
        └── AmbiguousLotError         several lots have this batch number
    AlertNotSentError             a channel did not take a message

Here: the classes. Not here: errors of ingestion (`ingestion/errors`). Those of releases are not
retryable: the same call with the same data fails again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingestion.errors import TundishError


class ReleaseError(TundishError):
    """Base of all errors of `serving`."""


class ReleaseNotFoundError(ReleaseError):
    """There is no release or candidate with this id."""

    def __init__(self, release_id: str, folder: str, known: Sequence[str] = ()) -> None:
        self.release_id = release_id
        self.folder = folder
        self.known = tuple(known)
        there = ", ".join(self.known) if self.known else "none"
        super().__init__(
            f"release {release_id} does not exist in {folder}; releases there: {there}.",
            "`tundish release list` shows the ids.",
        )


class ReleaseIncompleteError(ReleaseError):
    """A release or candidate lacks a file, or a file differs from its manifest."""

    def __init__(self, release_id: str, folder: str, problem: str) -> None:
        self.release_id = release_id
        self.folder = folder
        self.problem = problem
        super().__init__(
            f"release {release_id} in {folder} is incomplete: {problem}. The current release was not changed.",
            "choose another release or run the pipeline again.",
        )


class ReleaseNotGatedError(ReleaseError):
    """A candidate has no gate results yet, or critical rules failed."""

    def __init__(self, release_id: str, failures: Sequence[str]) -> None:
        self.release_id = release_id
        self.failures = tuple(failures)
        why = "; ".join(self.failures[:3]) if self.failures else "no gate result is recorded in its manifest"
        super().__init__(
            f"release {release_id} is not published: {why}. The former release stays current.",
            "correct the data or the model that the rule names, then run again.",
        )


class ReleasePointerError(ReleaseError):
    """`current.json` cannot be read or names no release."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(
            f"{path} names no release: {problem}.",
            "`tundish release list` shows the releases, `tundish release rollback <id>` writes the file anew.",
        )


class ReleaseBuildError(ReleaseError):
    """A table cannot be released as its specification says."""

    def __init__(self, table: str, problem: str, next_step: str) -> None:
        self.table = table
        self.problem = problem
        super().__init__(f"table {table} cannot be released: {problem}.", next_step)


class FeatureVersionError(ReleaseError):
    """No Delta version of a feature table belongs to the release."""

    def __init__(self, table: str, release_id: str, known: Sequence[str]) -> None:
        self.table = table
        self.release_id = release_id
        self.known = tuple(known)
        super().__init__(
            f"feature table {table} has no version of release {release_id}; releases in its history: "
            f"{', '.join(self.known) or 'none'}.",
            "choose one of these, or run the pipeline again.",
        )


class LotNotFoundError(ReleaseError):
    """No lot of the release has this name."""

    def __init__(self, lot: str) -> None:
        self.lot = lot
        super().__init__(
            f"no lot is called {lot}.",
            '`tundish sql "select distinct lot_id, batch_no from fct_stock_movement"` lists them.',
        )


class AmbiguousLotError(ReleaseError):
    """Several lots have this batch number."""

    def __init__(self, batch: str, lots: Sequence[str]) -> None:
        self.batch = batch
        self.lots = tuple(lots)
        super().__init__(
            f"{len(lots)} lots have the batch number {batch}: {', '.join(lots)}.", "give one of these ids."
        )


class AlertNotSentError(TundishError):
    """A channel did not take a message."""

    retryable = True

    def __init__(self, kind: str, subject: str, reason: str) -> None:
        self.kind = kind
        self.subject = subject
        super().__init__(
            f"the alert about {subject} could not be sent by {kind}: {reason}.",
            "it is sent again by the next look; correct `alerts` in plant.yml if that fails too.",
        )
