"""Work of ``tundish profile``. Not here: guessing (``ingestion.profiling``), what becomes of drafts (``new_source``)."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from ingestion.errors import ConfigurationError
from ingestion.plant import load_plant
from ingestion.profiling import Profile, Request, TableProfile, profile
from ingestion.profiling.page import write_page
from ingestion.settings import Settings, load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.lib.scaffold.source import check_name

SOURCE_FILE = "source.yml"
"""What new-source needs beside the drafts: folder of the files and zone of their local times."""


def main(place: Place, *, paths: list[Path], system: str, out: Path, timezone: str, rows: int) -> Exit:
    """Write drafts and the page; say what was found."""
    check_name(system)
    settings = load_settings(home=place.home, plant=place.plant)
    zone, reason = _assumed(settings, place, timezone)
    request = Request(paths, system, out, zone, reason, rows)
    found = profile(request, settings, lambda text: sys.stderr.write(f"{text}\n"))
    folder = out / system
    if not found.tables:
        for name, why in found.left_out:
            sys.stdout.write(f"{name}: {why}\n")
        raise ConfigurationError(found.root, "no file there makes a draft.", "see the reasons above.")
    page = write_page(found, folder)
    _write_source(found, folder)
    _say(found, page, folder)
    return Exit.OK


def _assumed(settings: Settings, place: Place, timezone: str) -> tuple[str, str]:
    """The zone of local times if nothing in the files tells another."""
    if timezone:
        return timezone, "given by --timezone"
    if place.plant is None:
        return "UTC", "nothing else was given (--timezone, --plant)"
    site = load_plant(settings.plant, settings).sites[0]
    return site.timezone, f"the zone of the plant's first site, {site.name}"


def _write_source(found: Profile, folder: Path) -> None:
    facts = {"path": found.root, "timezone": found.zone.value, "evidence": str(found.zone)}
    text = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=10_000)
    (folder / SOURCE_FILE).write_text(text, encoding="utf-8")


def _say(found: Profile, page: Path, folder: Path) -> None:
    for table in found.tables:
        sys.stdout.write(_line(table))
        for reason in table.check.reasons:
            sys.stdout.write(f"    {reason}\n")
    for note in found.notes:
        sys.stdout.write(f"  {note}\n")
    for name, why in found.left_out:
        sys.stdout.write(f"  no draft of {name}: {why}\n")
    sys.stdout.write(f"  {found.zone}\n")
    sys.stdout.write(f"Read {page} and the contracts beside it, correct what is wrong.\n")
    sys.stdout.write(f"Next step: tundish new-source {folder} --release TABLE\n")


def _line(table: TableProfile) -> str:
    contract, check = table.contract, table.check
    key = ", ".join(contract.key) or "none"
    return (
        f"{contract.table}: {len(table.columns)} columns, key {key}, {contract.load_mode}, files {contract.files}; "
        f"{check.rows_committed:,} of {check.rows_read:,} sampled rows load through the draft\n"
    )
