"""An OPC UA server in a process of its own: tags with history in SQLite, changed all the time by seeded chance.

    python -m tests.integration.opcua.asyncua_plant FOLDER PORT [--tags N] [--rate CHANGES_PER_S] [--secure]

What the server recorded is the truth of the tests: the file history.db, which outlives the process.
"""

import argparse
import asyncio
import random
import signal
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Server, ua
from asyncua.server.history_sql import HistorySQLite
from asyncua.server.user_managers import UserRole
from asyncua.server.users import User

NAMESPACE = "urn:tundish:test"


class OnlyCollector:
    """Lets in collector / s3cret and nobody else."""

    def get_user(self, iserver, username=None, password=None, certificate=None):  # noqa: ANN001, ANN201, PLR6301
        return User(role=UserRole.User) if (username, password) == ("collector", "s3cret") else None


async def serve(folder: Path, port: int, tags: int, rate: float) -> None:
    server = Server()
    server.iserver.history_manager.set_storage(HistorySQLite(str(folder / "history.db"), 50))
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    index = await server.register_namespace(NAMESPACE)
    line = await server.nodes.objects.add_object(ua.NodeId("Line1", index), "Line1")
    variables = [
        await line.add_variable(ua.NodeId(f"T{number}", index), f"T{number}", 0.0) for number in range(tags)
    ]
    await server.start()
    for variable in variables:
        await server.historize_node_data_change(variable, period=None)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    chance = random.Random(port)
    changes = 0
    while not stop.is_set():
        variable = chance.choice(variables)
        changes += 1
        value = ua.DataValue(ua.Variant(float(changes)), SourceTimestamp=datetime.now(UTC))
        await server.write_attribute_value(variable.nodeid, value)
        await asyncio.sleep(chance.expovariate(rate))
    await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--tags", type=int, default=5)
    parser.add_argument("--rate", type=float, default=50.0)
    given = parser.parse_args()
    asyncio.run(serve(given.folder, given.port, given.tags, given.rate))
