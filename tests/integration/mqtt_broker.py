"""A real MQTT broker (amqtt) in a process of its own, so that a test can kill and restart it.

As a program: python -m tests.integration.mqtt_broker <port> [<certificate> <key>]
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class BrokerProcess:
    """A broker on 127.0.0.1; start and kill as often as wanted, always on the same port."""

    def __init__(self, *arguments: str | Path, module: str = "mqtt_broker") -> None:
        self.port = free_port()
        self._module = f"tests.integration.{module}"
        self._arguments = [str(argument) for argument in arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", self._module, str(self.port), *self._arguments]
        self._process = subprocess.Popen(command, cwd=ROOT)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("the broker does not listen")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> BrokerProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


async def serve(port: int, certificate: str = "", key: str = "") -> None:
    from amqtt.broker import Broker  # noqa: PLC0415

    listener: dict[str, Any] = {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 100}
    if certificate:
        listener |= {"ssl": True, "certfile": certificate, "keyfile": key}
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": {"default": listener}, "plugins": plugins, "timeout_disconnect_delay": 0})
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
