"""State intervals and time elements: any order of delivery gives what a full rebuild gives, and what really happened."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.production_oracle import END, START, Story, tell
from tests.integration.production_warehouse import FACTS, Warehouse

SITES = [{"site_code": "1000", "name": "A", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}]
VARIABLES = {"active_systems": ["sap_ecc", "mes"], "sites": SITES, "enterprise": "E"}
KEYS = {
    "mes__machine_states": "event_id", "mes__downtime_reasons": "event_id", "sap_ecc__aufk": "aufnr",
    "sap_ecc__afko": "aufnr", "sap_ecc__afvc": "aufpl", "sap_ecc__afvv": "aufpl",
}  # fmt: skip
COLUMNS = {
    "mes__machine_states": "event_id, machine, changed_at, state, order_no, operation_no, material_no",
    "mes__downtime_reasons": "event_id, reason_code",
    "mes__counters": "machine, counted_at, order_no, operation_no, material_no, total_count, scrap_count, rework_count",
    "sap_ecc__aufk": "mandt, aufnr, autyp, werks",
    "sap_ecc__afko": "mandt, aufnr, aufpl, plnbez",
    "sap_ecc__afvc": "mandt, aufpl, aplzl, vornr, werks",
    "sap_ecc__afvv": "mandt, aufpl, aplzl, bmsch, vge02, vgw02",
}
SUMS = (
    "apt_s",
    "aust_s",
    "adet_s",
    "adot_s",
    "pdt_s",
    "produced_qty",
    "scrap_qty",
    "rework_qty",
    "planned_run_s",
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path, VARIABLES, KEYS, COLUMNS)


def deliver_orders(warehouse: Warehouse, story: Story, wrong: set[str]) -> None:
    orders = list(story.planned_run_s)
    warehouse.deliver("sap_ecc__aufk", [("100", order, "10", "1000") for order in orders])
    warehouse.deliver("sap_ecc__afko", [("100", order, order, "P1") for order in orders])
    warehouse.deliver("sap_ecc__afvc", [("100", order, "1", "0010", "1000") for order in orders])
    deliver_run_times(
        warehouse, {order: 999.0 if order in wrong else story.planned_run_s[order] for order in orders}
    )


def deliver_run_times(warehouse: Warehouse, seconds: dict[str, float]) -> None:
    warehouse.deliver(
        "sap_ecc__afvv", [("100", order, "1", 1, "S", value) for order, value in seconds.items()]
    )


def moved(rng: random.Random, state: tuple[object, ...]) -> tuple[object, ...]:
    """A first, wrong version of an event: hours off, another state."""
    event_id, machine, changed_at, _, *rest = state
    assert isinstance(changed_at, datetime)
    shifted = min(max(changed_at + timedelta(hours=rng.choice([-20, -3, 5])), START), END)
    return (event_id, machine, shifted, "DOWN", *rest)


def assert_true(warehouse: Warehouse, story: Story) -> None:
    """The facts say what happened, per machine, production day, shift and order."""
    found = warehouse.ask(f"""
        select equipment_id[6:], production_day, shift_code, coalesce(order_id[6:], ''),
            {", ".join(f"sum({name})::double" for name in SUMS)}
        from core.fct_time_element group by all""")
    by_key = {row[:4]: dict(zip(SUMS, row[4:], strict=True)) for row in found}
    assert by_key.keys() == story.sums.keys()
    for key, sums in by_key.items():
        assert sums == pytest.approx({name: story.sums[key][name] for name in SUMS}, abs=1e-4), key


def test_incremental_equals_rebuild_and_what_happened(warehouse: Warehouse) -> None:
    rng = random.Random(3)
    story = tell(3)
    wrong = set(list(story.planned_run_s)[::5])
    deliver_orders(warehouse, story, wrong)
    rounds: list[list[tuple[object, ...]]] = [[], [], []]
    late: list[tuple[object, ...]] = []
    for place, state in enumerate(story.states):
        rounds[place * 3 // len(story.states)].append(moved(rng, state) if place % 23 == 7 else state)
        late += [state] if place % 23 == 7 else []
    counters = [[c for place, c in enumerate(story.counters) if place % 41 != 5], story.counters[5::41]]
    warehouse.deliver("mes__counters", counters[0])
    for number, states in enumerate(rounds):
        rng.shuffle(states)
        warehouse.deliver("mes__machine_states", states)
        if number == 1:
            warehouse.deliver("mes__downtime_reasons", [(story.states[9][0], "180000")])
            deliver_run_times(warehouse, {order: story.planned_run_s[order] for order in wrong})
        warehouse.dbt()
    warehouse.deliver("mes__machine_states", late)
    warehouse.deliver("mes__counters", counters[1])
    warehouse.dbt()

    incremental = {fact: warehouse.rows(fact) for fact in FACTS}
    assert_true(warehouse, story)
    warehouse.dbt("--full-refresh")
    for fact in FACTS:
        assert incremental[fact] == warehouse.rows(fact), fact


def test_a_late_counter_names_only_its_days(warehouse: Warehouse) -> None:
    story = tell(5)
    deliver_orders(warehouse, story, set())
    warehouse.deliver("mes__machine_states", story.states)
    held_back = story.counters[40]
    warehouse.deliver("mes__counters", [c for c in story.counters if c != held_back])
    warehouse.dbt()
    newest = warehouse.ask("select max(_source_ingested_at) from core.fct_time_element")[0][0]
    before = warehouse.rows("fct_time_element")
    warehouse.deliver("mes__counters", [held_back])
    warehouse.dbt()
    touched = warehouse.ask(f"""
        select distinct equipment_id from intermediate.int_production__touched_day
        where _source_ingested_at > timestamptz '{newest}'""")
    days = warehouse.ask(f"""
        select distinct production_day from intermediate.int_production__touched_day
        where _source_ingested_at > timestamptz '{newest}'""")
    assert touched == [(f"1000-{held_back[0]}",)]
    assert 1 <= len(days) <= 2
    assert warehouse.rows("fct_time_element") != before
    assert_true(warehouse, story)


def test_days_that_the_calendar_loses_go(warehouse: Warehouse) -> None:
    story = tell(7)
    deliver_orders(warehouse, story, set())
    first, *rest = sorted(story.states, key=lambda state: state[2])
    event_id, machine, changed_at, *others = first
    warehouse.deliver(
        "mes__machine_states", [(event_id, machine, changed_at - timedelta(days=4), *others), *rest]
    )
    warehouse.deliver("mes__counters", story.counters)
    warehouse.dbt()
    begun = "select min(production_day) from core.fct_state_interval"
    ((too_early,),) = warehouse.ask(begun)
    warehouse.deliver("mes__machine_states", [first])
    warehouse.dbt()
    ((corrected,),) = warehouse.ask(begun)
    assert (corrected - too_early).days == 4
    incremental = {fact: warehouse.rows(fact) for fact in FACTS}
    assert_true(warehouse, story)
    warehouse.dbt("--full-refresh")
    for fact in FACTS:
        assert incremental[fact] == warehouse.rows(fact), fact
