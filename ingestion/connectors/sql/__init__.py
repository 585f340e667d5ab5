"""Databases: every contract of the source with an `extract` is read and landed as Parquet.

database.py knows addresses and drivers (one module each), plan.py the contract's extract, held.py what raw holds,
extract.py puts them together for one table.
"""

from collections.abc import Sequence
from pathlib import Path

from ingestion.connectors.pull import PullProgress
from ingestion.connectors.sql.database import Database, DriverError, open_database
from ingestion.connectors.sql.extract import Extract
from ingestion.connectors.sql.plan import plan_of
from ingestion.contracts import Contract
from ingestion.errors import ConnectorError, PullError, TundishError
from ingestion.plant import Plant, Source
from ingestion.settings import Settings


def pull(
    source: Source, contracts: Sequence[Contract], plant: Plant, settings: Settings, progress: PullProgress
) -> list[Path]:
    """Land the extracts of these contracts; PullError at the end with an error for each table that failed."""
    wanted = [contract for contract in contracts if contract.extract is not None]
    landed: list[Path] = []
    failures: dict[str, TundishError] = {}
    database = _opened(source, plant)
    try:
        for contract in wanted:
            progress(f"fetching {contract.raw_name}")
            try:
                path = _extract(contract, source, settings, database, progress)
                landed += [path] if path is not None else []
            except TundishError as error:
                failures[contract.raw_name] = error
    finally:
        database.close()
    if failures:
        raise PullError(source.system, failures, landed)
    return landed


def _opened(source: Source, plant: Plant) -> Database:
    try:
        return open_database(source, plant)
    except DriverError as error:
        step = (
            f"check url, user and password of source {source.system} in plant.yml, and that the server runs."
        )
        raise ConnectorError(source.system, "connection", str(error), step) from error


def _extract(
    contract: Contract, source: Source, settings: Settings, database: Database, progress: PullProgress
) -> Path | None:
    try:
        return Extract(plan_of(contract), source, settings, database, progress).run()
    except DriverError as error:
        step = "check extract in the contract and what the database says."
        raise ConnectorError(contract.raw_name, database.place, str(error), step) from error
