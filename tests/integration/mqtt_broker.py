"""A real MQTT broker (amqtt) in a process of its own, so that a test can kill and restart it.

As a program: python -m tests.integration.mqtt_broker <port>
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import warnings
from types import TracebackType

from tests.integration.homes import ROOT
from tests.integration.ports import free_port, wait_for_port


class BrokerProcess:
    """A broker on 127.0.0.1; start and kill as often as wanted, always on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", __name__, str(self.port)], cwd=ROOT)
        wait_for_port(self.port)

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


async def serve(port: int) -> None:
    from amqtt.broker import Broker  # noqa: PLC0415

    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 100}
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker({"listeners": {"default": listener}, "plugins": plugins, "timeout_disconnect_delay": 0})
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1])))
