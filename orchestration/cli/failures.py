"""Which errors are expected and which exit code each has. Not here: the errors themselves."""

from __future__ import annotations

from ingestion.connectors.opcua.faults import LiveSourceError
from ingestion.errors import ConfigurationError, SpoolInUseError, TundishError
from orchestration.cli.frame import Exit
from orchestration.lib.dbt_project import DbtParseError
from orchestration.lib.fingerprint import WarehouseNotBuiltError
from orchestration.lib.lock import RunLockHeldError
from serving.errors import AmbiguousLotError, LotNotFoundError, ReleaseError, ReleaseNotFoundError

EXPECTED = (TundishError, ReleaseError)
SETUP = (
    ConfigurationError, LiveSourceError, DbtParseError, WarehouseNotBuiltError, ReleaseNotFoundError, LotNotFoundError,
    AmbiguousLotError,
)  # fmt: skip


def exit_code(error: Exception) -> Exit:
    """Return the exit code of an expected error."""
    if isinstance(error, RunLockHeldError | SpoolInUseError):
        return Exit.LOCKED
    return Exit.SETUP if isinstance(error, SETUP) else Exit.FAILED
