"""dbt with an open Spark session: ``python -m orchestration.lib.spark_dbt <setup.json> <dbt arguments>``.

dbt-spark's method ``session`` uses the session of its own process, and PySail keeps views per session: so one process
opens the session, registers raw in it, and runs dbt. Here: that process. Not here: what is registered (``spark_build``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from ingestion.settings import announce_spark


def main(arguments: Sequence[str]) -> int:
    """Register what the set-up file names in a session, run dbt in it, return dbt's exit code.

    The file holds ``remote``, a Spark Connect address or empty for a PySail of this process, and ``statements``.
    """
    setup = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    with _endpoint(setup["remote"]) as remote:
        announce_spark(remote)
        session = SparkSession.builder.getOrCreate()
        try:
            session.conf.set("spark.sql.session.timeZone", "UTC")
            for statement in setup["statements"]:
                session.sql(statement)
            return 0 if dbtRunner().invoke(list(arguments[1:])).success else 1
        finally:
            session.stop()  # else the client looks for its server for ten minutes at exit


@contextmanager
def _endpoint(remote: str) -> Iterator[str]:
    """Address of the endpoint: the given one, or that of a PySail in local-cluster mode while the block runs."""
    if remote:
        yield remote
        return
    from pysail.spark import SparkConnectServer  # noqa: PLC0415 - not needed with an endpoint of your own

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    try:
        yield f"sc://{host}:{port}"
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
