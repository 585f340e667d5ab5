"""The doctor's checks: each looks at one part of the set-up and says what it found and what to do.

Here: reading only, nothing is repaired. Not here: printing (``doctor``).
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import duckdb
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ingestion.connectors.secrets import resolve
from ingestion.errors import LakeError, PlantError
from ingestion.lake.balance import Balance, table_balance
from ingestion.lake.quarantine import QuarantineReader
from ingestion.lake.read import count_rows
from ingestion.plant import PLANT_SYSTEM, Connection, Source
from ingestion.settings import REPOSITORY, Settings
from ingestion.signals.dictionary import dictionary_problems
from orchestration.lib.dbt_project import manifest_is_fresh, manifest_path
from orchestration.lib.landing import delivered_files
from orchestration.lib.lock import holder_of
from orchestration.lib.workspace import Workspace
from serving.release import current_release

LOCKED = re.compile(r"^[A-Za-z0-9._-]+==[^\\\n]+", re.MULTILINE)
OLDEST_PYTHON = (3, 11)
ENOUGH_BYTES = 5 * 2**30
SHOWN_PROBLEMS = 5


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True)
class Check:
    """One part of the set-up: what was found and, unless it is in order, what to do."""

    name: str
    verdict: Verdict
    found: str
    next_step: str = ""


def python() -> Check:
    """Python is 3.11 or newer."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check(
            "python", Verdict.WRONG, f"{found} is too old", "install Python 3.11 or newer, then `make setup`."
        )
    return Check("python", Verdict.OK, found)


def packages(lock: Path = REPOSITORY / "requirements.lock") -> Iterator[Check]:
    """Every direct dependency is installed in the version of the lock."""
    # One package may stand there twice, for different versions of Python.
    pins = [
        pin for pin in map(Requirement, LOCKED.findall(lock.read_text(encoding="utf-8"))) if _applies(pin)
    ]
    locked = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    wanted = [need for need in map(Requirement, requires("tundish") or []) if _applies(need)]
    direct = [canonicalize_name(need.name) for need in wanted]
    differing = []
    for name in direct:
        installed = _installed(name)
        if name in locked and installed != locked[name]:
            differing.append(f"{name} {installed or 'missing'}, locked {locked[name]}")
    if differing:
        yield Check(
            "packages", Verdict.WARN, "; ".join(differing), "`make setup` installs what the lock says."
        )
    else:
        yield Check("packages", Verdict.OK, f"{len(direct)} direct dependencies are as locked")


def disk(settings: Settings) -> Check:
    """There is room for another copy of what lies in the home."""
    place = next(path for path in (settings.home, *settings.home.parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    found = f"{free / 2**30:.1f} GiB free at {place}"
    if free < ENOUGH_BYTES:
        return Check(
            "disk", Verdict.WARN, found, "`tundish maintain` frees old versions, or give another --home."
        )
    return Check("disk", Verdict.OK, found)


def sources(workspace: Workspace) -> Iterator[Check]:
    """Every source's folder exists and holds files that its contracts match."""
    files = delivered_files(workspace)
    for system in workspace.systems:
        source = workspace.plant.source(system)
        count = sum(file.system == system for file in files)
        if source.connection is not None:
            yield connection(workspace, source, source.connection, count)
            continue
        hint = source.how_to_get_data or f"deliver files to {source.path}, or correct its path in plant.yml."
        if not source.path.is_dir():
            yield Check("source", Verdict.WRONG, f"{system}: there is no folder {source.path}", hint)
        elif not count:
            yield Check(
                "source", Verdict.WARN, f"{system}: no file in {source.path} matches a contract", hint
            )
        else:
            yield Check("source", Verdict.OK, f"{system}: {count} files in {source.path}")
    unknown = [system for system in workspace.plant.systems if system not in workspace.systems]
    if unknown:
        step = "remove them from plant.yml, or write contracts in ingestion/sources/<system>."
        yield Check("source", Verdict.WRONG, f"no contract for {', '.join(unknown)}", step)


def signals(workspace: Workspace) -> Iterator[Check]:
    """The plant's signal files say nothing that cannot be used."""
    folder = workspace.plant.source(PLANT_SYSTEM).path
    problems = list(dictionary_problems(folder))
    for problem in problems:
        yield Check("signals", Verdict.WRONG, f"{problem.file}: {problem}", "mend the line.")
    if not problems:
        yield Check("signals", Verdict.OK, f"units, paths and changes in {folder} are in order")


def connection(workspace: Workspace, source: Source, given: Connection, count: int) -> Check:
    """The secrets that a connection refers to are there. Nobody is called."""
    try:
        resolve(dict(given.options), workspace.plant.folder, f"source {source.system}: connection")
    except PlantError as error:
        return Check("source", Verdict.WRONG, error.message, error.next_step)
    return Check(
        "source", Verdict.OK, f"{source.system}: connection of kind {given.kind}, {count} files landed"
    )


def manifest(workspace: Workspace) -> Iterator[Check]:
    """The dbt project was parsed for this plant and has not changed since."""
    if manifest_is_fresh(workspace):
        yield Check("dbt", Verdict.OK, f"manifest is up to date: {manifest_path(workspace)}")
    else:
        step = "nothing: the next `tundish run` parses it, which takes some seconds."
        yield Check("dbt", Verdict.WARN, "the manifest is missing or older than the dbt project", step)


def lake(workspace: Workspace) -> Iterator[Check]:
    """Every raw table opens, and no row is lost: of each file, read = in raw + quarantined + discarded."""
    with QuarantineReader(workspace.settings) as reader:
        yield from _tables(workspace, reader)


def _tables(workspace: Workspace, reader: QuarantineReader) -> Iterator[Check]:
    delivered = 0
    sound: list[Balance] = []
    for contract in workspace.contracts:
        try:
            rows = count_rows(contract, workspace.settings)
        except LakeError as error:
            yield Check("lake", Verdict.WRONG, error.message, error.next_step)
            continue
        if rows is None:
            continue
        delivered += 1
        balance = table_balance(workspace.settings, contract.raw_name, reader)
        if not balance.problems:
            sound.append(balance)
        for problem in balance.problems[:SHOWN_PROBLEMS]:
            step = f"keep {workspace.settings.lake} as it is and report it; the archive holds every file."
            yield Check("lake", Verdict.WRONG, f"{contract.raw_name}: {problem}", step)
    if delivered:
        yield Check(
            "lake", Verdict.OK, f"{len(sound)} raw tables open and their rows balance: {_equation(sound)}"
        )
    else:
        yield Check("lake", Verdict.WARN, "no raw table yet", "`tundish run` reads the delivered files.")


def _equation(balances: Sequence[Balance]) -> str:
    """Say the sums over tables."""
    read, committed, quarantined, discarded = (
        sum(getattr(balance, name) for balance in balances)
        for name in ("read", "committed", "quarantined", "discarded")
    )
    return f"{read:,} read = {committed:,} committed + {quarantined:,} quarantined + {discarded:,} discarded"


def release(workspace: Workspace) -> Iterator[Check]:
    """The current release is complete and opens."""
    found = current_release(workspace.settings.released)
    if found is None:
        yield Check("release", Verdict.WARN, "there is none yet", "`tundish run` makes one.")
        return
    if not found.complete:
        step = "`tundish release list` shows complete ones, `tundish release rollback` switches to one."
        yield Check("release", Verdict.WRONG, f"{found.release_id}: {found.problem}", step)
        return
    with duckdb.connect(str(found.duckdb_path), read_only=True) as connection:
        tables = connection.execute("select count(*) from duckdb_tables()").fetchall()[0][0]
    yield Check("release", Verdict.OK, f"{found.release_id} opens, {tables} tables")


def lock(workspace: Workspace) -> Iterator[Check]:
    """No run is at work that a new one would have to wait for."""
    holder = holder_of(workspace.lock_path)
    found = f"held by {holder}" if holder else "no run is at work"
    yield Check(
        "lock", Verdict.WARN if holder else Verdict.OK, found, "wait until it ends." if holder else ""
    )


def _applies(requirement: Requirement) -> bool:
    """True if the requirement is for this Python and for no extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
