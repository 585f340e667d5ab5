"""Tundish as a contender: files under a contract take the whole way into a Delta table.

Contract, every row rule, batch gate, content hash, ledger, archive, exactly-once commit.
"""

# ruff: noqa: PLC0415 - engines are imported before the clock starts, not when benchmarks are listed

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.table import Benchmark, Contender, Goal, Prepare, Start, register

if TYPE_CHECKING:
    from ingestion.contracts import Contract
    from ingestion.plant import Connection, Plant, Source
    from ingestion.settings import Settings

LABEL = "Tundish (rules, gate, exactly once)"


def shipped(system: str, table: str = "readings") -> "Callable[[Path], Contract]":
    """A contract as it is shipped, whatever the target folder."""

    def described(_: Path) -> "Contract":
        from ingestion.contracts import SOURCES, load_contract

        return load_contract(SOURCES / system / f"{table}.contract.yml")

    return described


def own(
    columns: Mapping[str, str], by_type: Mapping[str, Mapping[str, Any]] | None = None, **extras: Any
) -> "Callable[[Path], Contract]":
    """A contract of the benchmark over columns with their types, the first one is the key.

    `by_type` says more of a type, `extras` of the table.
    """

    def described(target: Path) -> "Contract":
        from tests.unit.ingestion.home import column, write_contract

        listed = [
            column(name, kind, key=int(at == 0), **(by_type or {}).get(kind, {}))
            for at, (name, kind) in enumerate(columns.items())
        ]
        return write_contract(target / "contracts", "sys", "lines", listed, **extras)

    return described


def home_of(
    system: str, inbox: Path, home: Path, *, zone: str = "UTC", connection: "Connection | None" = None
) -> "tuple[Source, Plant, Settings]":
    """A plant of one site with one source, whose files are taken as they lie."""
    from ingestion.plant import Plant, Site, Source
    from ingestion.settings import Settings

    source = Source(system, inbox, "1000", zone, connection=connection)
    plant = Plant("bench", "Bench", home, (Site("1000", "Bench", zone, "EUR", "DE"),), (source,))
    return source, plant, Settings(home=home, settle_seconds=0)


def loader(contract: "Contract", inbox: Path, home: Path, *, zone: str = "UTC") -> Callable[[], int]:
    """Load what lies in `inbox`; number of committed rows. AssertionError if rows or files are not taken."""
    from ingestion.load import load_table
    from quality.contract_gate import evaluate_batch

    source, plant, settings = home_of(contract.system, inbox, home, zone=zone)

    def run() -> int:
        load = load_table(contract, source, plant, settings, batch_gate=evaluate_batch)
        assert load.rows_quarantined == 0, f"{load.rows_quarantined} rows were quarantined"
        assert not load.with_status("held"), [batch.message for batch in load.batches]
        return load.rows_committed

    return run


def loading(
    described: "Callable[[Path], Contract]", name: str, *, zone: str = "UTC", landed_as: str = ""
) -> Start:
    """A contender: file `name` of the input under the contract that `described` gives for the target folder."""

    def start(data: Path, target: Path) -> Callable[[], int]:
        inbox = target / "in"
        inbox.mkdir(parents=True)
        os.link(data / name, inbox / (landed_as or name))
        return loader(described(target), inbox, target / "home", zone=zone)

    return start


def fetching(
    contract: "Contract", connection: "Connection", target: Path, *, zone: str = "UTC"
) -> tuple[Callable[[], list[Path]], Callable[[], int]]:
    """Fetch by a connector to landed files; load what has landed."""
    from ingestion.connectors.pull import pull

    landing, home = target / "landing", target / "home"
    source, plant, settings = home_of(contract.system, landing, home, zone=zone, connection=connection)
    return lambda: pull(source, [contract], plant, settings), loader(contract, landing, home, zone=zone)


def one_after_the_other(fetch: Callable[[], list[Path]], load: Callable[[], int]) -> Callable[[], int]:
    """Both parts of fetching() as one run."""

    def run() -> int:
        fetch()
        return load()

    return run


def register_beside(
    name: str, title: str, prepare: Prepare, ours: Start, plain: Contender,
    *, module: str, goals: Sequence[Goal] = (), our_label: str = LABEL,
) -> None:  # fmt: skip
    """A benchmark of Tundish beside one other way, which is its reference."""
    contenders = {"tundish": Contender(our_label, ours), "plain": plain}
    register(Benchmark(name, title, prepare, contenders, "plain", goals, module))
