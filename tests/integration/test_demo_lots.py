"""Lots of the demo plant: what went into which, and who made them, against the simulator's truth."""

from __future__ import annotations

import json

import duckdb
import pytest

from tests.integration.conftest import DemoRun, rows
from tests.integration.homes import succeed
from tests.integration.lot_oracle import steps_between

TRUE_LINKS = """
    select site_code || '-' || order_no as order_id, site_code || '-' || parent_material || '-' || parent_lot as parent_lot_id,
        site_code || '-' || child_material || '-' || child_lot as child_lot_id,
        sum(consumed * case unit when 'Dozens' then 12 else 1 end) as consumed_qty
    from memory.truth_lot_links
    where site_code || '-' || child_material || '-' || child_lot in
        (select lot_id from fct_stock_movement where order_role = 'product')
    group by all"""


def test_genealogy_is_what_happened(release: duckdb.DuckDBPyConnection) -> None:
    """Every link with its quantity, every trace with its steps, and both sites worked on some lots again."""
    true = {row[:3]: row[3] for row in rows(release, TRUE_LINKS)}
    found = rows(
        release, "select order_id, parent_lot_id, child_lot_id, consumed_qty::double from bridge_lot_link"
    )
    assert {row[:3]: pytest.approx(row[3], abs=0.01) for row in found} == true
    traced = rows(release, "select ancestor_lot_id, lot_id, steps from mart_genealogy__lot_trace")
    assert {row[:2]: row[2] for row in traced} == steps_between((parent, child) for _, parent, child in true)
    loops = rows(release, "select distinct site_code from mart_genealogy__lot_trace where is_loop order by 1")
    assert loops == [("1000",), ("2000",)]


def test_trace_names_lots_orders_machines_and_conditions(
    demo: DemoRun, release: duckdb.DuckDBPyConnection
) -> None:
    """The command on the finished lot with the longest way back, against the truth about who made it."""
    [(lot_id,)] = rows(
        release,
        "select lot_id from mart_genealogy__lot_trace order by steps desc, is_loop desc, lot_id limit 1",
    )
    ask = ("trace", lot_id, "-f", "json", "--part")
    lots = json.loads(succeed(*ask, "lots", home=demo.home))
    ancestors = {
        row[0]
        for row in rows(
            release, f"select ancestor_lot_id from mart_genealogy__lot_trace where lot_id = '{lot_id}'"
        )
    }
    assert {link["parent_lot_id"] for link in lots} == ancestors
    orders = {link["order_id"] for link in lots}
    machines = json.loads(succeed(*ask, "machines", home=demo.home))
    true = rows(
        release,
        """select site_code || '-' || order_no, site_code || '-' || machine, sum(produced)::bigint, sum(scrap)::bigint
        from memory.truth_quantities group by all""",
    )
    assert {(m["order_id"], m["equipment_id"], m["produced_qty"], m["scrap_qty"]) for m in machines} == {
        row for row in true if row[0] in orders
    }
    conditions = json.loads(succeed(*ask, "conditions", home=demo.home))
    assert {(c["order_id"], c["equipment_id"]) for c in conditions} == {
        (m["order_id"], m["equipment_id"]) for m in machines
    }
    assert all(c["min_value"] <= c["mean_value"] <= c["max_value"] for c in conditions)
    raw_lot = next(
        link["parent_lot_id"] for link in lots if link["parent_lot_id"] not in {m["lot_id"] for m in machines}
    )
    forward = json.loads(succeed("trace", raw_lot, "-f", "json", "--direction", "forward", home=demo.home))
    assert lot_id in {link["child_lot_id"] for link in forward}
