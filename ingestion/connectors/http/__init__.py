"""REST services: every contract of the source with an `extract` is requested and its answer landed.

client.py sends and repeats requests, paging.py finds the next page, plan.py knows the contract's extract, fetch.py puts
them together for one table.
"""

from collections.abc import Sequence
from pathlib import Path

from ingestion.connectors.http.client import RestClient, ServiceError
from ingestion.connectors.http.fetch import Fetch
from ingestion.connectors.http.plan import plan_of
from ingestion.connectors.pull import PullProgress
from ingestion.contracts import Contract
from ingestion.errors import ConnectorError, PullError, TundishError
from ingestion.plant import Plant, Source
from ingestion.settings import Settings


def pull(
    source: Source, contracts: Sequence[Contract], plant: Plant, settings: Settings, progress: PullProgress
) -> list[Path]:
    """Land the answers for these contracts; PullError at the end with an error for each table that failed."""
    client = RestClient(source, plant)
    landed: list[Path] = []
    failures: dict[str, TundishError] = {}
    try:
        for contract in contracts:
            if contract.extract is None:
                continue
            progress(f"fetching {contract.raw_name}")
            try:
                path = _fetch(contract, source, settings, client, progress)
                landed += [path] if path is not None else []
            except TundishError as error:
                failures[contract.raw_name] = error
    finally:
        client.close()
    if failures:
        raise PullError(source.system, failures, landed)
    return landed


def _fetch(
    contract: Contract, source: Source, settings: Settings, client: RestClient, progress: PullProgress
) -> Path | None:
    try:
        return Fetch(plan_of(contract), source, settings, client, progress).run()
    except ServiceError as error:
        place = f"service {client.base.host}"
        raise ConnectorError(contract.raw_name, place, f"{error.problem}.", error.next_step) from error
