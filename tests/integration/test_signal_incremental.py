"""Signal minutes and hours: any order of delivery gives what a full rebuild gives, and both equal a plain oracle."""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.signal_oracle import DOUBLES, SECOND, Oracle, Reading, Signal

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
START = datetime(2025, 10, 25, 21, 30, tzinfo=UTC)
SPAN_S = 52 * 3600
Rename = tuple[str, int, str]  # tag, from when on (microseconds), under which other tag
COUNTS = ("reading_count", "bad_reading_count")
ARRIVALS = ("repeat_count", "backward_count")
FACTS = {"fct_signal_minute": ("minute_at", 60), "fct_signal_hour": ("hour_at", 3600)}


SIGNALS = (
    Signal("A.STEP", "step", 300),
    Signal("B.LINE", "linear", 300),
    Signal("C.SLOW", "linear", 7200),
    Signal("K.COUNT", "counter", 600, 70.0),
    Signal("D.LATE", "linear", 600),
    Signal("E.NEW", "step", 300),
)


def some_reading(rng: random.Random, tag: str, us: int) -> Reading:
    """A reading at ``us``: mostly good, else a state, a sentinel that was read as null, not a number, or in doubt."""
    kind = rng.random()
    value = round(50 + rng.gauss(0, 10), 3)
    if kind < 0.03:
        return Reading(tag, us, None, "Bad Input", False)
    if kind < 0.05:
        return Reading(tag, us, None, None, False)
    if kind < 0.06:
        return Reading(tag, us, math.nan, None, False)
    return Reading(tag, us, value, None, kind > 0.97)


def plant_history(rng: random.Random) -> list[Reading]:
    """Readings of all tags in the order of time, some at borders of minutes and days, with silences of every length."""
    readings = []
    for signal in SIGNALS:
        us = int(START.timestamp()) * SECOND
        end = us + SPAN_S * SECOND
        while us < end:
            readings.append(some_reading(rng, signal.tag, us))
            step = rng.choice(
                [rng.uniform(0.2, 40), rng.uniform(20, 200), 60, signal.max_gap_s * rng.uniform(0.5, 3)]
            )
            us += max(1, int(step * SECOND))
            if rng.random() < 0.1:
                us = -(-us // (60 * SECOND)) * 60 * SECOND
    return sorted(readings, key=lambda reading: reading.us)


def deliveries(rng: random.Random, history: list[Reading], rounds: int) -> list[list[Reading]]:
    """Split into files: most in the order of time, some late, some twice, some corrected later."""
    files: list[list[Reading]] = [[] for _ in range(rounds)]
    for place, reading in enumerate(history):
        due = place * (rounds - 1) // len(history)
        first = rng.randrange(due, rounds) if rng.random() < 0.05 else due
        files[first].append(reading)
        if rng.random() < 0.03:
            files[rng.randrange(first, rounds)].append(reading)
        if rng.random() < 0.03:
            corrected = some_reading(rng, reading.tag, reading.us)
            files[rng.randrange(first, rounds)].append(corrected)
    for file in files[::2]:
        rng.shuffle(file)
    return files


class Warehouse:
    """A warehouse with raw views over Parquet files like those of the lake, and dbt on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "tundish.duckdb"
        self.files: list[Path] = []
        self.delivered: dict[tuple[str, int], Reading] = {}
        self.copies: Counter[str] = Counter()

    def deliver(self, readings: list[Reading]) -> None:
        """Append one file; its rows replace what came before under the same key."""
        batch = len(self.files)
        ingested = datetime(2025, 11, 1, tzinfo=UTC) + timedelta(hours=batch)
        rows = [
            (r.tag, r.us, r.value, r.state, r.questionable, place, ingested)
            for place, r in enumerate(readings, 1)
        ]
        for place, reading in enumerate(readings, 1):
            self.copies[reading.tag] += (reading.tag, reading.us) in self.delivered
            self.delivered[reading.tag, reading.us] = replace(reading, place=(batch, place))
        with duckdb.connect() as con:
            con.execute("set timezone = 'UTC'")
            con.execute(
                "create table r (tag varchar, us bigint, value double, s varchar, q boolean, n bigint, i timestamptz)"
            )
            con.executemany("insert into r values (?, ?, ?, ?, ?, ?, ?)", rows)
            con.execute(f"""
                copy (
                    select tag, make_timestamptz(us) as reading_at, value, s as value_state, 'u' as uom,
                        q as is_questionable, make_timestamptz(us)::date as reading_date, n as _source_row,
                        i as _ingested_at
                    from r
                ) to '{self.folder}/lake' (format parquet, partition_by (reading_date), append true,
                    filename_pattern 'part_{batch:03}_{{uuid}}')""")
        self.files.append(self.folder)

    def show(self, signals: tuple[Signal, ...], renamed: tuple[Rename, ...] = ()) -> None:
        """Create the raw views, as a run does before dbt."""
        files = sorted(str(path) for path in (self.folder / "lake").rglob("*.parquet"))
        lines = ", ".join(
            f"('{s.tag}', '{s.interpolation}', {s.max_gap_s}::double, {s.rollover_at or 'null'}::double)"
            for s in signals
        )
        with duckdb.connect(str(self.path)) as con:
            con.execute("create schema if not exists raw")
            con.execute(f"""
                create or replace view raw.pi_historian__readings as
                select * from read_parquet({files}, hive_partitioning = true, hive_types = {{'reading_date': date}})""")
            con.execute(f"""
                create or replace view raw.plant__signals as
                select '1000' as site_code, tag, 'M01' as machine, 'power' as measurement, tag as description,
                    'kW' as unit, 'power' as unit_dimension, 1e3 as unit_factor, 0.0 as unit_offset,
                    null::varchar as source_unit, null::varchar as source_unit_dimension,
                    null::double as source_unit_factor, null::double as source_unit_offset, interpolation, rollover_at, max_gap_s, null::double as low_limit, null::double as high_limit,
                    tag as uns_path, timestamptz '2025-10-01 00:00:00+00' as _ingested_at
                from (values {lines}) as t (tag, interpolation, max_gap_s, rollover_at)""")
            con.execute(
                "create or replace table raw.plant__signal_changes (site_code varchar, tag varchar, valid_from timestamptz,"
                " source_tag varchar, source_unit varchar, source_unit_dimension varchar, source_unit_factor double,"
                " source_unit_offset double, machine varchar, uns_path varchar, _ingested_at timestamptz)"
            )
            for tag, us, source_tag in renamed:
                con.execute(
                    "insert into raw.plant__signal_changes by name select '1000' as site_code, ? as tag,"
                    " make_timestamptz(?) as valid_from, ? as source_tag, now() as _ingested_at",
                    [tag, us, source_tag],
                )

    def dbt(self, *arguments: str) -> None:
        """Build the signal facts and what they stand on."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
        environment |= {"TUNDISH_WAREHOUSE": str(self.path), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        command = [
            str(Path(sys.executable).with_name("dbt")), "run", "--select", "+fct_signal_hour",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
            "--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs"), *arguments,
        ]  # fmt: skip
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def rows(self, fact: str) -> dict[tuple[str, int], dict[str, Any]]:
        """All rows of a fact by tag and start of the window in microseconds."""
        window, _ = FACTS[fact]
        columns = (*DOUBLES, *COUNTS, *ARRIVALS, "_signal_version", "_source_ingested_at")
        with duckdb.connect(str(self.path), read_only=True) as con:
            found = con.execute(
                f"select signal_id, epoch_us({window}), {', '.join(columns)} from core.{fact}"
            ).fetchall()
        by_key = {
            (row[0].removeprefix("1000-"), row[1]): dict(zip(columns, row[2:], strict=True)) for row in found
        }
        assert len(by_key) == len(found), f"{fact} holds a window twice"
        return by_key


def assert_same(
    found: dict[Any, dict[str, Any]], wanted: dict[Any, dict[str, Any]], columns: tuple[str, ...]
) -> None:
    """Same windows, same values; sums of doubles depend on their order, and a root of their difference even more."""
    assert found.keys() == wanted.keys()
    for key, row in found.items():
        for name in columns:
            a, b = row[name], wanted[key][name]
            near = 1e-4 if name == "held_std_value" else 1e-6
            same = a == b or (
                isinstance(a, float) and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=near)
            )
            assert same, f"{key} {name}: {a} instead of {b}"


def readings_of(warehouse: Warehouse, tag: str, renamed: tuple[Rename, ...]) -> list[Reading]:
    """What a signal read under its tag, and under another from the instant of a rename on."""
    names = [(tag, 0), *((source, us) for name, us, source in renamed if name == tag)]
    ends = [*(us for _, us in names[1:]), math.inf]
    return [
        r
        for (source, start), end in zip(names, ends, strict=True)
        for r in warehouse.delivered.values()
        if r.tag == source and start <= r.us < end
    ]


def compare(warehouse: Warehouse, signals: tuple[Signal, ...], renamed: tuple[Rename, ...] = ()) -> None:
    """Incremental against oracle, then against a full rebuild, row by row."""
    incremental = {fact: warehouse.rows(fact) for fact in FACTS}
    for fact, (_, size_s) in FACTS.items():
        wanted: dict[tuple[str, int], dict[str, Any]] = {}
        for signal in signals:
            wanted |= Oracle(signal, readings_of(warehouse, signal.tag, renamed)).windows(size_s)
        assert_same(incremental[fact], wanted, (*DOUBLES, *COUNTS, "backward_count"))
    warehouse.dbt("--full-refresh")
    for fact in FACTS:
        assert_same(
            incremental[fact],
            warehouse.rows(fact),
            (*DOUBLES, *COUNTS, *ARRIVALS, "_signal_version", "_source_ingested_at"),
        )


@pytest.mark.parametrize("seed", [1])
def test_incremental_equals_rebuild_and_oracle(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    warehouse = Warehouse(tmp_path)
    known = SIGNALS[:4]
    for file in deliveries(rng, plant_history(rng), 4):
        warehouse.deliver(file)
        warehouse.show(known)
        warehouse.dbt()
    compare(warehouse, known)
    minutes = warehouse.rows("fct_signal_minute").items()
    for signal in known:
        copies = sum(row["repeat_count"] for (tag, _), row in minutes if tag == signal.tag)
        assert copies == warehouse.copies[signal.tag] > 0
        assert sum(row["backward_count"] for (tag, _), row in minutes if tag == signal.tag) > 0

    # The dictionary changes: one signal is new though its readings came long ago, one is read in another way, and one
    # turns out to go on under another tag.
    changed = (known[0], replace(known[1], interpolation="step", max_gap_s=120), *SIGNALS[2:5])
    renamed = (("A.STEP", int((START + timedelta(hours=20)).timestamp()) * SECOND, "E.NEW"),)
    warehouse.show(changed, renamed)
    warehouse.dbt()
    compare(warehouse, changed, renamed)


def test_one_late_reading_names_only_the_days_around_it(tmp_path: Path) -> None:
    rng = random.Random(7)
    warehouse = Warehouse(tmp_path)
    warehouse.deliver(plant_history(rng))
    warehouse.show(SIGNALS)
    warehouse.dbt()
    before = warehouse.rows("fct_signal_minute")
    noon = int(datetime(2025, 10, 26, 12, 0, 7, tzinfo=UTC).timestamp()) * SECOND
    warehouse.deliver([Reading("A.STEP", noon, 1.5, None, False)])
    warehouse.show(SIGNALS)
    warehouse.dbt()
    asked = next((tmp_path / "target" / "compiled").rglob("fct_signal_minute.sql")).read_text(
        encoding="utf-8"
    )
    assert "date '2025-10-26'" in asked
    assert "date '2025-10-25'" not in asked
    assert "date '2025-10-27'" not in asked
    after = warehouse.rows("fct_signal_minute")
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed
    assert all(tag == "A.STEP" and abs(us - noon) <= 360 * SECOND for tag, us in changed)

    warehouse.dbt()
    assert warehouse.rows("fct_signal_minute") == after
