"""Mosquitto, the broker that most plants run, in a process of its own that tests stop, kill and start again.

It keeps sessions, queues and retained messages on disk, so a restart remembers them. With `authority` it speaks TLS
and lets in only clients whose certificate that authority signed.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

from tests.integration.certificates import Authority
from tests.integration.debian import program
from tests.integration.ports import free_port, wait_for_port


class Mosquitto:
    """A broker on 127.0.0.1, always on the same port; its files and log lie in `folder`."""

    def __init__(self, folder: Path, authority: Authority | None = None) -> None:
        self.port = free_port()
        self.log = folder / "mosquitto.log"
        self._program = program("mosquitto", "mosquitto")
        self._config = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            "user root",  # without a user mosquitto root would become nobody, who cannot write into this folder
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {folder}/",
            "max_queued_messages 0",
            "max_inflight_messages 200",
            "set_tcp_nodelay true",
            "log_type all",
        ]
        if authority is not None:
            certificate, key = authority.issue("localhost")
            lines += [f"cafile {authority.path}", f"certfile {certificate}", f"keyfile {key}"]
            lines += ["require_certificate true", "use_identity_as_username true"]
        self._config.write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        command = [str(self._program.path), "-c", str(self._config)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._program.environment, stdout=log, stderr=log)
        wait_for_port(self.port)

    def stop(self) -> None:
        """End as an operator ends it: everything it knows is saved."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=30)

    def kill(self) -> None:
        """End as a power cut does: what it had not saved is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Mosquitto:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
