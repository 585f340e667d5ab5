"""Loads of a run's systems, two at once: most of a load is DuckDB's, Arrow's and the disk's work, outside Python.

Here: which loads run beside each other, and handing their tables to the steps of Dagster, which come one after the
other. Not here: loading a table (``ingestion.load``), what a step makes of the result (``raw_assets``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event

from ingestion.batch import TableLoad
from ingestion.connectors.pull import failures_by_table, pull
from ingestion.contracts import Contract
from ingestion.errors import TundishError
from ingestion.load import load_table
from ingestion.recover import expire
from ingestion.session import session
from orchestration.lib.contract_gates import batch_gate, parents, parents_first
from orchestration.lib.progress import Reporter
from orchestration.lib.workspace import Workspace

AT_ONCE = 2


@dataclass(frozen=True)
class Loaded:
    """One table after its load; ``not_fetched`` is why nothing new could be asked of a connected system, ``expired`` the
    number of quarantined rows that waited longer than the plant's policy says."""

    load: TableLoad
    not_fetched: TundishError | None
    expired: int = 0


@dataclass(frozen=True)
class _Running:
    """A system that loads: its tables as they are done, None after the last, and its end with the error, if any."""

    tables: SimpleQueue[Loaded | None]
    end: Future[None]


class RawLoads:
    """The loads of one run. Close it at the run's end: systems that no step asked for are not begun any more."""

    def __init__(self, workspace: Workspace, reporter: Reporter) -> None:
        self._workspace = workspace
        self._reporter = reporter
        self._pool: ThreadPoolExecutor | None = None
        self._running: dict[str, _Running] = {}
        self._closed = Event()

    def tables(self, system: str, chosen: Mapping[str, Sequence[Contract]]) -> Iterator[Loaded]:
        """Yield the tables of one system; those of the other systems in ``chosen`` begin too, in that order.

        Raises TundishError as soon as one table cannot be loaded at all. Asked again, the system is loaded again.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1 if _refer_to_each_other(chosen) else AT_ONCE, "load")
            self._running = {name: self._begin(name, contracts) for name, contracts in chosen.items()}
        running = self._running.pop(system, None) or self._begin(system, chosen[system])
        while (loaded := running.tables.get()) is not None:
            yield loaded
        running.end.result()

    def close(self) -> None:
        """Wait for the tables that load now, begin no other."""
        self._closed.set()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _begin(self, system: str, contracts: Sequence[Contract]) -> _Running:
        assert self._pool is not None
        tables: SimpleQueue[Loaded | None] = SimpleQueue()
        return _Running(tables, self._pool.submit(self._load, system, contracts, tables))

    def _load(self, system: str, contracts: Sequence[Contract], done: SimpleQueue[Loaded | None]) -> None:
        """Load the tables of one system, each after those that its rules refer to."""
        workspace = self._workspace
        source = workspace.plant.source(system)
        try:
            not_fetched = self._fetch(system, contracts)
            self._reporter.system(system)
            with session(workspace.settings, system) as shared:
                for contract in parents_first(contracts):
                    if self._closed.is_set():
                        return
                    load = load_table(
                        contract,
                        source,
                        workspace.plant,
                        workspace.settings,
                        batch_gate=batch_gate(workspace, contract),
                        progress=self._reporter.bytes_read,
                        session=shared,
                    )
                    expired = expire([contract], workspace.plant, workspace.settings)
                    name = contract.raw_name
                    done.put(Loaded(load, not_fetched.get(name), expired.get(name, 0)))
        finally:
            self._reporter.loaded(system)
            done.put(None)

    def _fetch(self, system: str, contracts: Sequence[Contract]) -> dict[str, TundishError]:
        """Let a connected system land what is new; what could not be fetched, by raw table name.

        A system that is away is no reason to leave landed files lying.
        """
        source = self._workspace.plant.source(system)
        if source.connection is None:
            return {}
        try:
            pull(source, contracts, self._workspace.plant, self._workspace.settings, self._reporter.note)
        except TundishError as error:
            return failures_by_table(contracts, error)
        return {}


def _refer_to_each_other(chosen: Mapping[str, Sequence[Contract]]) -> bool:
    """True if a rule of one system's table refers to a table of another: then the order of systems decides."""
    return any(
        name.split("__")[0] in chosen.keys() - {system}
        for system, contracts in chosen.items()
        for contract in contracts
        for name in parents(contract)
    )
