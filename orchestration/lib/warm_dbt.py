"""dbt that has read the project before its build is due: ``python -m orchestration.lib.warm_dbt <target> <arguments>``.

Importing dbt and reading its partial parse take seconds in which nothing else of a build can begin; done while raw
loads, they cost no time. Here: the process that waits for its command, and its start and end. Not here: what is
built (``dbt_build``), the manifest of the definitions (``dbt_project``).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from orchestration.lib.dbt_project import EVENTS, dbt_arguments, start_module
from orchestration.lib.garbage import collect_rarely, keep_what_is_there
from orchestration.lib.leaving import leave
from orchestration.lib.workspace import Workspace


class WarmDbt:
    """The dbt process of one run. It ends with the run, or when this process dies: its standard input closes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._waiting: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process if it waits still: it holds nothing, for only a build opens the warehouse."""
        if self._waiting:
            self._waiting.kill()
            self._waiting.communicate()

    def warm_up(self) -> subprocess.Popen[bytes]:
        """Let the process begin to read the project, if it has not; the build may follow or not."""
        if self._waiting is None:
            target = str(self._workspace.settings.dbt_target)
            shared = dbt_arguments(self._workspace)
            self._waiting = start_module(self._workspace, "orchestration.lib.warm_dbt", target, *shared)
        return self._waiting

    def build(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        """Give the process its command and hand it over; what it prints are dbt's events as JSON lines."""
        process, self._waiting = self.warm_up(), None
        if process.stdin:
            with (
                suppress(BrokenPipeError),
                process.stdin as command,
            ):  # broken: dbt could not read the project, and says so
                command.write(json.dumps(list(arguments)).encode() + b"\n")
        return process


def leave_out_debug_events() -> None:
    """Let dbt make no line of its debug events: it renders each of them, some twenty a model, for nobody."""
    from dbt_common.events.base_types import BaseEvent, EventLevel  # noqa: PLC0415 - for dbt's process alone
    from dbt_common.events.event_manager import EventManager  # noqa: PLC0415 - as above
    from dbt_common.events.event_manager_client import ctx_set_event_manager  # noqa: PLC0415 - as above

    class WithoutDebug(EventManager):
        def fire_event(
            self, e: BaseEvent, level: EventLevel | None = None, *given: Any, **named: Any
        ) -> None:
            if (level or e.level_tag()) != EventLevel.DEBUG:
                super().fire_event(e, level, *given, **named)

    ctx_set_event_manager(WithoutDebug())


def main(target: Path, shared: Sequence[str]) -> int:
    """Read the project, wait for one line with a command's arguments as JSON, run it; return dbt's exit code."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - seconds of import, for this process alone
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415 - as above

    from orchestration.lib.dbt_order import take_longest_way_first  # noqa: PLC0415 - as above

    collect_rarely()
    leave_out_debug_events()
    take_longest_way_first(target)
    parsed = dbtRunner().invoke([*EVENTS, "--quiet", "--no-write-json", "parse", *shared])
    keep_what_is_there()
    command = sys.stdin.readline() if parsed.success else ""
    if not isinstance(parsed.result, Manifest) or not command:
        return int(not parsed.success)
    done = dbtRunner(manifest=parsed.result).invoke([*EVENTS, *json.loads(command), *shared])
    return int(not done.success)


if __name__ == "__main__":
    leave(main(Path(sys.argv[1]), sys.argv[2:]))
