"""An OPC UA server in a process of its own: tags with history in SQLite, changed all the time by seeded chance.

    python -m tests.integration.opcua.asyncua_plant FOLDER PORT [--tags N] [--rate CHANGES_PER_S]

What the server recorded is the truth of the tests: the file history.db, which outlives the process. Beside it lies
written.txt with every change, also those that a kill prevented from being recorded. SIGUSR1 ends the changes.
"""

import argparse
import asyncio
import random
import signal
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Server, ua
from asyncua.server.history_sql import HistorySQLite

NAMESPACE = "urn:tundish:test"


async def serve(folder: Path, port: int, tags: int, rate: float) -> None:
    server = Server()
    server.iserver.history_manager.set_storage(HistorySQLite(str(folder / "history.db"), 50))
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    index = await server.register_namespace(NAMESPACE)
    line = await server.nodes.objects.add_object(ua.NodeId(1, index), "Line1")
    variables = [
        await line.add_variable(ua.NodeId(1000 + number, index), f"T{number}", 0.0) for number in range(tags)
    ]
    await server.start()
    for variable in variables:
        await server.historize_node_data_change(variable, period=None)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    quiet = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, quiet.set)
    chance = random.Random(port)
    changes = 0
    with (folder / "written.txt").open("a", buffering=1) as journal:
        while not (stop.is_set() or quiet.is_set()):
            variable = chance.choice(variables)
            changes += 1
            at = datetime.now(UTC)
            journal.write(f"{at.isoformat()}\n")
            value = ua.DataValue(ua.Variant(float(changes)), SourceTimestamp=at)
            await server.write_attribute_value(variable.nodeid, value)
            await asyncio.sleep(chance.expovariate(rate))
    await stop.wait()
    await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--tags", type=int, default=5)
    parser.add_argument("--rate", type=float, default=50.0)
    given = parser.parse_args()
    asyncio.run(serve(given.folder, given.port, given.tags, given.rate))
