"""Odoo's log, and counters and power that come as readings: any order of delivery gives a full rebuild, and the truth.

The period holds the night on which the second site sets its clocks back, and entries that run over the end of a day.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from math import isclose
from pathlib import Path

import duckdb
import pytest

from data.simulator.simulate import simulate
from tests.integration.production_warehouse import FACTS as PRODUCTION_FACTS
from tests.integration.production_warehouse import Warehouse

SITE = {"site_code": "2000", "name": "B", "timezone": "America/New_York", "currency": "USD", "country": "US"}
VARIABLES = {
    "active_systems": ["odoo", "opcua"], "sites": [SITE], "enterprise": "E", "source_sites": {"odoo": "2000", "opcua": "2000"},
}  # fmt: skip
LOG, READINGS = "odoo__mrp_workcenter_productivity", "opcua__readings"
WHOLE = ("mrp_workcenter", "mrp_workcenter_productivity_loss", "product_product", "product_template", "uom_uom",
         "mrp_routing_workcenter", "mrp_production", "mrp_workorder")  # fmt: skip
KEYS = {f"odoo__{table}": "id" for table in (*WHOLE, "mrp_workcenter_productivity")}
FACTS = (*PRODUCTION_FACTS, "fct_energy_hour", "fct_signal_coverage_day")
ELEMENTS = ("apt_s", "aust_s", "adet_s", "adot_s", "pdt_s", "not_scheduled_s", "no_data_s")
# The total of pieces of a machine is read as a meter too: a counter of kWh that rolls over at 10,000.
METERED = "ns=2;s=G1/M01/PartsTotal"
METER = f"""
    insert into raw.plant__signals
    select * replace ('{METERED}' as tag, 'energy' as measurement, 'kWh' as unit, 'counter' as interpolation, 10000 as rollover_at,
        400000 as max_gap_s, null as uns_path)
    from raw.plant__signals where tag = 'ns=2;s=G1/M01/ActivePower'"""
END = 5  # place of date_end: a running entry is not held back, its next version would be older than itself
Rows = list[tuple[object, ...]]


class Export:
    """What the simulator exported, as rows in the columns of raw."""

    def __init__(self, folder: Path) -> None:
        simulate(
            folder / "landing",
            folder / "truth",
            days=3,
            machines=1,
            tags=1,
            rate_s=1200.0,
            start=date(2025, 10, 31),
        )
        self.landing, self.truth = folder / "landing", folder / "truth"

    def rows(self, sql: str) -> Rows:
        """Rows of a query, times without zone as UTC."""
        with duckdb.connect() as con:
            con.execute("set timezone = 'UTC'")
            return con.execute(sql).fetchall()

    def table(self, table: str) -> Iterable[Rows]:
        """The rows of each file of an Odoo table, in the order of days."""
        for file in sorted((self.landing / "odoo").glob(f"{table}.*.parquet")):
            yield self.rows(f"select * from '{file}'")

    def names(self, pattern: str) -> str:
        """Columns of the first file of a table."""
        file = min(self.landing.glob(pattern))
        return ", ".join(name for name, *_ in self.rows(f"describe select * from '{file}'"))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(tmp_path_factory.mktemp("export"))


@pytest.fixture
def warehouse(tmp_path: Path, export: Export) -> Warehouse:
    columns = {table: export.names(f"odoo/{table.removeprefix('odoo__')}.*.parquet") for table in KEYS}
    columns[READINGS] = f"{export.names('opcua/*.parquet')}, reading_date"
    warehouse = Warehouse(tmp_path, VARIABLES, KEYS, columns, FACTS)
    warehouse.change(METER)
    for table in WHOLE:
        for rows in export.table(table):
            warehouse.deliver(f"odoo__{table}", rows)
    return warehouse


def assert_true(warehouse: Warehouse, export: Export) -> None:
    """Elements within a second per border, pieces exactly, per machine, production day, shift and order."""
    off = " + ".join(f"abs(coalesce(f.{name}, 0) - coalesce(t.{name}, 0))" for name in ELEMENTS)
    sums = ", ".join(f"sum({name}) as {name}" for name in ELEMENTS)
    elements = f"""
        with f as (select equipment_id, production_day, shift_code, {sums} from core.fct_time_element group by all),
        t as (
            select '2000-' || machine as equipment_id, production_day, shift_code, {sums}
            from '{export.truth}/time_elements.parquet' where site_code = '2000' group by all
        ), borders as (
            select equipment_id, production_day, shift_code, 2 * count(*) as borders from core.fct_state_interval group by all
        )
        select * from t full join f using (equipment_id, production_day, shift_code)
        left join borders using (equipment_id, production_day, shift_code) where {off} > coalesce(borders, 0)"""
    assert warehouse.ask(elements) == []
    quantities = "equipment_id, production_day, shift_code, order_id, material_id"
    found = warehouse.ask(f"""
        select {quantities}, sum(produced_qty)::bigint, sum(scrap_qty)::bigint, sum(rework_qty)::bigint
        from core.fct_time_element where produced_qty > 0 group by all order by all""")
    assert (
        found
        == warehouse.ask(f"""
        select '2000-' || machine, production_day, shift_code, '2000-' || order_no, material_no, sum(produced)::bigint,
            sum(scrap)::bigint, sum(rework)::bigint
        from '{export.truth}/quantities.parquet' where site_code = '2000' and produced > 0 group by all order by all""")
    )


def assert_metered(warehouse: Warehouse, export: Export) -> None:
    """The meter's energy is what it counted since its first reading, and no power is added to it."""
    [(counted, told)] = warehouse.ask(f"""
        select (select sum(counted_value) from core.fct_signal_hour where signal_id = '2000-{METERED}'),
            (select sum(energy_kwh) from core.fct_energy_hour where equipment_id = '2000-M01' and hour_at between
                (select date_trunc('hour', min(reading_at)) + interval 1 hour from raw.opcua__readings where signal = '{METERED}')
                and (select max(reading_at) - interval 1 hour from raw.opcua__readings where signal = '{METERED}'))""")
    [(made, first)] = warehouse.ask(f"""
        select (select sum(produced) from '{export.truth}/quantities.parquet' where site_code = '2000' and machine = 'M01'),
            arg_min(value, reading_at) from raw.opcua__readings where signal = '{METERED}'""")
    assert isinstance(counted, float)
    assert isinstance(told, float)
    assert isclose(counted, float(str(made)) - float(str(first)))
    assert 0.9 * counted < told < counted


def is_same(found: tuple[object, ...], wanted: tuple[object, ...]) -> bool:
    """Whether two rows agree; sums of doubles depend on their order in the last digit."""
    return all(
        isclose(a, b, abs_tol=2e-6) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(found, wanted, strict=True)
    )


def test_incremental_equals_rebuild_and_the_truth(warehouse: Warehouse, export: Export) -> None:
    rng = random.Random(11)
    counters = export.rows(f"""
        select *, cast(reading_at as date) as reading_date from '{export.landing}/opcua/*.parquet'
        where signal similar to '.*/(Parts|Job|ActivePower).*' and status_code = '0x00000000'""")
    late_counters = {
        row for row in counters if ("/Job" in str(row[0]) and rng.random() < 0.5) or rng.random() < 0.02
    }
    counters = [row for row in counters if row not in late_counters]
    late_entries: Rows = []
    days = list(export.table("mrp_workcenter_productivity"))
    for number, entries in enumerate(days):
        held = [entry for entry in entries if entry[END] is not None and rng.random() < 0.05]
        late_entries += held
        today = [entry for entry in entries if entry not in held]
        rng.shuffle(today)
        warehouse.deliver(LOG, today)
        warehouse.deliver(READINGS, counters[number :: len(days)])
        if number != 1:
            warehouse.dbt()
    assert late_counters
    assert late_entries
    warehouse.deliver(READINGS, sorted(late_counters, key=str))
    warehouse.deliver(LOG, late_entries)
    warehouse.dbt()

    incremental = {fact: warehouse.rows(fact) for fact in FACTS}
    assert_true(warehouse, export)
    assert_metered(warehouse, export)
    warehouse.dbt("--full-refresh")
    for fact in FACTS:
        rebuilt = warehouse.rows(fact)
        assert len(incremental[fact]) == len(rebuilt) > 0, fact
        differ = [
            (found, wanted)
            for found, wanted in zip(incremental[fact], rebuilt, strict=True)
            if not is_same(found, wanted)
        ]
        assert not differ, (fact, differ[:3])
