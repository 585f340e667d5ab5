"""The same plant on the older `opcua` package: another server, another history, written by others.

python -m tests.integration.opcua.opcua_plant FOLDER PORT [--tags N] [--rate CHANGES_PER_S]
"""

import argparse
import random
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

from opcua import Server, ua
from opcua.server.history_sql import HistorySQLite


def serve(folder: Path, port: int, tags: int, rate: float) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    quiet = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: quiet.set())
    server = Server()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.iserver.history_manager.set_storage(HistorySQLite(str(folder / "history.db")))
    index = server.register_namespace("urn:tundish:test")
    line = server.nodes.objects.add_object(ua.NodeId(1, index), "Line1")
    variables = [
        line.add_variable(ua.NodeId(1000 + number, index), f"T{number}", 0.0) for number in range(tags)
    ]
    server.start()
    for variable in variables:
        server.historize_node_data_change(variable, period=None)
    chance = random.Random(port)
    changes = 0
    with (folder / "written.txt").open("a", buffering=1) as journal:
        while not (stop.is_set() or quiet.is_set()):
            variable = chance.choice(variables)
            changes += 1
            at = datetime.now(UTC).replace(tzinfo=None)
            journal.write(f"{at.isoformat()}+00:00\n")
            value = ua.DataValue(ua.Variant(float(changes)))
            value.SourceTimestamp = at
            variable.set_value(value)
            stop.wait(chance.expovariate(rate))
    stop.wait()
    server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--tags", type=int, default=5)
    parser.add_argument("--rate", type=float, default=50.0)
    given = parser.parse_args()
    serve(given.folder, given.port, given.tags, given.rate)
