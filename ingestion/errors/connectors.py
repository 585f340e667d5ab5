"""A live or remote source does not do as agreed, or its spool refuses."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingestion.errors.tree import TundishError


class SpoolError(TundishError):
    """The spool of a live source cannot be written or read."""

    def __init__(self, place: Path, problem: str, next_step: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"spool {place}: {problem}", next_step)


class SpoolFullError(SpoolError):
    """The spool holds as much as it may, and its policy is to refuse rows rather than to drop any."""

    retryable = True

    def __init__(self, place: Path, held: int, limit: int) -> None:
        self.held = held
        self.limit = limit
        super().__init__(
            place,
            f"{held:,} bytes wait for their commit, the limit is {limit:,}.",
            "`tundish run` commits them; see its held files, or raise spool.limit_mb of the connection.",
        )


class SpoolInUseError(SpoolError):
    """Another process writes to this spool."""

    retryable = True

    def __init__(self, place: Path) -> None:
        super().__init__(
            place, "another collector works on it.", "stop that one first, or give another --home."
        )


class ConnectorError(TundishError):
    """A system could not be fetched from: nothing of this table was landed. Asking again later may help."""

    retryable = True

    def __init__(self, table: str, place: str, problem: str, next_step: str) -> None:
        self.table = table
        self.place = place
        self.problem = problem
        super().__init__(f"{table}: {place}: {problem}", next_step)


class PullError(ConnectorError):
    """Everything that failed while one source was fetched; `failures` by raw table name, `landed` what came in."""

    def __init__(
        self, system: str, failures: Mapping[str, TundishError], landed: Sequence[Path] = ()
    ) -> None:
        self.failures = dict(failures)
        self.landed = tuple(landed)
        told = "; ".join(error.message for error in failures.values())
        steps = dict.fromkeys(error.next_step for error in failures.values())
        super().__init__(system, f"{len(failures)} tables not fetched", told, " ".join(steps))
