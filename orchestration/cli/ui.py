"""``tundish ui``: Dagster's webserver and daemon on the loopback address. Not here: definitions (``orchestration``)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from ingestion.settings import REPOSITORY, Settings, child_environment
from orchestration.cli.frame import Exit, Place
from orchestration.lib.dbt_project import prepare_manifest
from orchestration.lib.instance import close_abandoned_runs, open_instance
from orchestration.lib.lock import RunLockHeldError, hold
from orchestration.lib.workspace import Workspace, open_workspace

LOOPBACK = "127.0.0.1"
PATIENCE_S = 20.0


def main(place: Place, *, port: int) -> Exit:
    """Serve the UI until it is stopped."""
    workspace = open_workspace(home=place.home, plant=place.plant)
    sys.stdout.write("preparing dbt's manifest\n")
    prepare_manifest(workspace)
    _tidy(workspace)
    sys.stdout.write(f"Dagster on http://{LOOPBACK}:{port}  (stop with Ctrl-C)\n")
    sys.stdout.flush()
    return _serve(workspace.settings, port)


def _tidy(workspace: Workspace) -> None:
    """Close runs that a kill left open, unless one is at work."""
    try:
        with (
            hold(workspace.lock_path, "tundish ui"),
            open_instance(workspace.settings, capture=True) as instance,
        ):
            close_abandoned_runs(instance)
    except RunLockHeldError:
        return


def _serve(settings: Settings, port: int) -> Exit:
    environment = child_environment(settings) | {
        "DAGSTER_HOME": str(settings.dagster_home),
        "TUNDISH_HOME": str(settings.home),
        "TUNDISH_PLANT": str(settings.plant),
    }
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us with SIGINT ignored
        signal.signal(asked_to_stop, signal.default_int_handler)
    command = [sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions"]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [*command, "--host", LOOPBACK, "--port", str(port)],
        env=environment,
        cwd=REPOSITORY,
        start_new_session=True,
    )
    try:
        return Exit.OK if process.wait() == 0 else Exit.FAILED
    except KeyboardInterrupt:
        _stop(process)
        return Exit.OK


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End webserver, daemon and code server together; none may outlive the command."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
