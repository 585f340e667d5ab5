"""Work of ``tundish template``. Not here: what a template is (``ingestion.templates``), checking (``ingestion.check``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.check import BadRow, Checked, check_file, matched
from ingestion.errors import ConfigurationError
from ingestion.plant import load_plant
from ingestion.settings import load_settings
from ingestion.templates import SYSTEM, delivered_columns, templates, write_templates
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_table
from quality.contract_gate import evaluate_batch

_NEXT_STEPS = {
    "required": "give every row a value there",
    "type": "write the value as the page of the template says",
    "set": "use one of the values of the template",
    "pattern": "spell the value as the pattern asks",
    "length": "shorten the text",
    "range": "correct the value, or its unit",
    "malformed_row": "quote fields that hold a comma, a quote or a line break",
    "truncated_row": "write the file whole: its last line has no end",
    "nonexistent_local_time": "the clock skips this time: deliver UTC under timezone: UTC, or mend the clock",
    "ambiguous_local_time": "write the rows of one machine in order of time, or deliver UTC under timezone: UTC",
}


def main(place: Place, *, action: str, **options: Any) -> Exit:
    """List, write or check templates."""
    if action == "list":
        return _list()
    if action == "write":
        for path in write_templates(templates(options["names"]), options["to"], options["form"]):
            sys.stdout.write(f"{path}\n")
        return Exit.OK
    return _check(place, options["paths"], options["zone"], options["limit"])


def _list() -> Exit:
    rows = []
    for contract in templates():
        columns = delivered_columns(contract)
        needed = sum(column.required for column in columns)
        rows.append(
            (contract.table, ", ".join(contract.key), f"{needed} of {len(columns)}", contract.description)
        )
    print_table(("entity", "key", "required columns", "what"), rows)
    return Exit.OK


def _check(place: Place, paths: Sequence[Path], zone: str, limit: int) -> Exit:
    settings = load_settings(home=place.home, plant=place.plant)
    zone = _known(zone) if zone else _zone_of_plant(settings.plant, settings)
    wrong = files = rows = 0
    for contract, file in matched(templates(), paths):
        checked = check_file(contract, file, zone, settings, gate=evaluate_batch, limit=limit)
        _print(checked, limit)
        files, rows = files + 1, rows + checked.result.rows_read
        wrong += not checked.passed
    sys.stdout.write(f"{files} files, {rows} rows, {wrong} files with problems (clock: {zone})\n")
    return Exit.FAILED if wrong else Exit.OK


def _zone_of_plant(folder: Path, settings: Any) -> str:
    plant = load_plant(folder, settings)
    return plant.source(SYSTEM).timezone if SYSTEM in plant.systems else plant.sites[0].timezone


def _known(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            "--timezone", f"{zone!r} is no time zone.", "use an IANA name, e.g. Europe/Berlin."
        ) from error


def _print(checked: Checked, limit: int) -> None:
    """One line per file, wrong row and remark."""
    result = checked.result
    state = f"{result.rows_read} rows, {result.rows_quarantined} wrong"
    sys.stdout.write(f"{checked.path}: {'held' if result.status == 'held' else state}\n")
    for row in checked.bad_rows:
        sys.stdout.write(f"  {_sentence(checked.path.name, row)}\n")
    if result.rows_quarantined > len(checked.bad_rows) >= limit:
        sys.stdout.write(f"  and {result.rows_quarantined - limit} more rows\n")
    for finding in checked.remarks:
        sys.stdout.write(f"  {finding.message}\n")


def _sentence(file: str, row: BadRow) -> str:
    expected = f", expected {row.expected}" if row.expected else ""
    step = _NEXT_STEPS.get(row.rule.partition(":")[0], "correct the row")
    return f"{file} line {row.line}: {row.rule}, value {row.value!r}{expected}. Next step: {step}."
