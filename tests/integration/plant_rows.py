"""A small plant straight in raw views: seeded machines with states, counters, signals, snapshots and failures.

Here: rows as ingestion would leave them, complete or as they were known at an earlier time. Not here: files, faults
(the simulator's), nor what to expect of the models (the tests').
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).parents[2]
PLANT = ROOT / "data" / "plants" / "demo"
START = datetime(2025, 10, 22, 4, 0, tzinfo=UTC)
DAYS = 8
MACHINES = ("M01", "M02")
TAGS = {"VIB_RMS": 2.0, "BRG_TEMP": 40.0, "PWR_ACT": 12.0, "SPN_CUR": 20.0}
TECHNICAL = "_source_file varchar, _source_row bigint, _batch_id varchar, _ingested_at timestamptz"
# Column that tells when a row's event took place: later rows are not known at a cut.
EVENT_TIMES = {
    "mes__machine_states": "changed_at",
    "mes__counters": "counted_at",
    "pi_historian__readings": "reading_at",
    "cms__vibration_snapshots": "taken_at",
    "sap_ecc__qmih": "malfunction_started_at",
}


@dataclass
class Plant:
    """Rows by raw table, each a dict of its columns."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def failures(self) -> list[tuple[str, datetime, datetime | None]]:
        """(equipment, start, end) of every breakdown."""
        return [
            (
                f"1000-{row['equnr'][-3:].replace('0', 'M', 1)}",
                row["malfunction_started_at"],
                row["malfunction_ended_at"],
            )
            for row in self.rows["sap_ecc__qmih"]
            if row["msaus"] == "X"
        ]


def simulate(seed: int) -> Plant:
    """Make all rows of the plant; the last failure has no end."""
    rng = random.Random(seed)
    plant = Plant()
    for machine in MACHINES:
        _states(rng, plant, machine)
        for tag, level in TAGS.items():
            _readings(rng, plant, f"L1.{machine}.{tag}", level)
        for hours in range(3, DAYS * 24, 7):
            taken = START + timedelta(hours=hours, seconds=rng.randrange(3600))
            plant.add(
                "cms__vibration_snapshots", machine=machine, sensor="S1", taken_at=taken, sampling_rate_hz=1000.0,
                sample_count=4, unit="g", rms=1.0, peak=rng.uniform(2, 6), kurtosis=rng.uniform(2, 9),
            )  # fmt: skip
    plant.rows["sap_ecc__qmih"][-1]["malfunction_ended_at"] = None
    return plant


def _states(rng: random.Random, plant: Plant, machine: str) -> None:
    now, total, scrap, end = START, 0, 0, START + timedelta(days=DAYS)
    while now < end:
        state = rng.choices(
            ["PRODUCING", "MICROSTOP", "SETUP", "DOWN", "MAINTENANCE", "STARVED", "OFF_SHIFT"],
            [40, 30, 8, 4, 4, 8, 6],
        )[0]
        length = rng.uniform(20, 420) if state == "MICROSTOP" else rng.uniform(300, 9000)
        if rng.random() < 0.1:
            length = 3600 - now.minute * 60 - now.second  # ends at a full hour, or close to it
        until = (now + timedelta(seconds=length)).replace(microsecond=0)
        place = len(plant.rows.get("mes__machine_states", []))
        plant.add(
            "mes__machine_states", event_id=f"E{place:06}", machine=machine, changed_at=now, state=state
        )
        if state == "DOWN":
            number = f"{len(plant.rows.get('sap_ecc__qmih', [])) + 1:012}"
            plant.add("sap_ecc__qmel", mandt="100", qmnum=number, qmart="M2", qmtxt="stop")
            plant.add(
                "sap_ecc__qmih", mandt="100", qmnum=number, equnr=f"0000000000100010{machine[1:]}", msaus="X",
                malfunction_started_at=now, malfunction_ended_at=until, fecod="BRG",
            )  # fmt: skip
        counted = now + timedelta(minutes=5)
        while state == "PRODUCING" and counted <= until:
            total, scrap = (
                (0, 0) if rng.random() < 0.01 else (total + rng.randrange(9), scrap + rng.randrange(2))
            )
            plant.add(
                "mes__counters", machine=machine, counted_at=counted, total_count=total, scrap_count=scrap,
                rework_count=0,
            )  # fmt: skip
            counted += timedelta(minutes=5)
        now = max(until, now + timedelta(seconds=1))


def _readings(rng: random.Random, plant: Plant, tag: str, level: float) -> None:
    now, end = START, START + timedelta(days=DAYS)
    while now < end:
        bad = rng.random() < 0.02
        plant.add(
            "pi_historian__readings", tag=tag, reading_at=now, value=None if bad else level * rng.uniform(0.7, 1.4),
            value_state="Bad Input" if bad else None, uom="u", is_questionable=rng.random() < 0.02,
            reading_date=now.date(),
        )  # fmt: skip
        now += timedelta(seconds=rng.choice([rng.uniform(5, 120), rng.uniform(100, 900), 600]))


def columns_of(path: Path) -> dict[str, str]:
    """Raw columns of a contract with their types."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {column["name"]: column["physicalType"] for column in document["schema"][0]["properties"]}


def create_raw(warehouse: Path, plant: Plant, known_until: datetime | None = None) -> None:
    """Fill schema raw with a table for each contract, and its history; of events only those before ``known_until``."""
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set timezone = 'UTC'")
        con.execute("create schema if not exists raw")
        for path in sorted((ROOT / "ingestion" / "sources").glob("*/*.contract.yml")):
            system, table = path.parent.name, path.name.removesuffix(".contract.yml")
            name = f"{system}__{table}"
            columns = columns_of(path)
            typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            con.execute(f'create or replace table raw."{name}" ({typed}, {TECHNICAL})')
            con.execute(f'create or replace view raw."{name}__history" as select * from raw."{name}"')
            if system == "plant":
                con.execute(
                    f"""insert into raw."{name}" by name select *, timestamptz '2025-10-01 00:00:00+00' as _ingested_at
                    from read_csv('{PLANT / table}.csv', all_varchar = true)"""
                )
            _insert(con, name, columns, _known(name, plant, known_until))


def _known(name: str, plant: Plant, known_until: datetime | None) -> list[dict[str, Any]]:
    rows = plant.rows.get(name, [])
    time = EVENT_TIMES.get(name)
    if known_until is None or time is None:
        return rows
    known = [row for row in rows if row[time] < known_until]
    if name == "mes__machine_states":
        known += _end_of_export(known, known_until)
    return [
        row | {key: None for key in ("malfunction_ended_at",) if row.get(key) and row[key] >= known_until}
        for row in known
    ]


def _end_of_export(rows: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """The state of each machine once more, as the MES repeats it at the end of an export."""
    last = {row["machine"]: row for row in rows}
    return [row | {"event_id": f"Z-{machine}", "changed_at": at} for machine, row in last.items()]


def _insert(
    con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: list[dict[str, Any]]
) -> None:
    if not rows:
        return
    names = [column for column in columns if column in rows[0]]
    quoted = ", ".join(f'"{column}"' for column in names)
    marks = ", ".join("?" for _ in names)
    con.execute("begin")
    con.executemany(
        f'insert into raw."{name}" ({quoted}, _source_row, _ingested_at) values ({marks}, ?, ?)',
        [
            [*(row[column] for column in names), place, datetime(2025, 11, 1, tzinfo=UTC)]
            for place, row in enumerate(rows, 1)
        ],
    )
    con.execute("commit")
