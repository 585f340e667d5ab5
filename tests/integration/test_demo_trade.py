"""Stock, purchases and maintenance cost of the demo against the simulator's truth, which the pipeline never reads."""

from __future__ import annotations

import duckdb
import pytest

from tests.integration.conftest import rows

# Greenville's ERP receives an order as a whole when it has ended, Duisburg's each shift.
TRUE_STOCK = """
    with steps as (
        select site_code, material_no, order_no, machine, sum(produced - scrap) as passed
        from memory.truth_quantities group by all
    ), received as (
        select site_code, material_no, passed from steps
        where site_code = '1000' and machine in ('M04', 'M08', 'M12')
            or site_code = '2000' and machine in ('M03', 'M05') and site_code || '-' || order_no in
                (select order_id from fct_production_order where is_finished)
    ), changes as (
        select site_code, material_no, quantity from memory.truth_trades
        union all
        select site_code, material_no, passed from received
        union all
        select site_code, parent_material, -consumed * case unit when 'Dozens' then 12 else 1 end
        from memory.truth_lot_links where unit <> 'pieces'
    )
    select site_code, material_no, sum(quantity) from changes group by all order by all"""


def test_stock_is_what_came_less_what_left(release: duckdb.DuckDBPyConnection) -> None:
    shown = rows(
        release,
        """select site_code, material_id, on_hand_qty::double, on_hand_amount::double, standard_cost::double, mean_on_hand_qty,
            stock_turns, supply_days from mart_stock__position join dim_material using (material_id) order by 1, 2""",
    )
    true = rows(release, TRUE_STOCK)
    assert [row[:2] for row in shown] == [row[:2] for row in true]
    assert len(shown) == 18 + 10
    for (_, material, held, amount, cost, mean, turns, supply), (*_, expected) in zip(
        shown, true, strict=True
    ):
        assert held == pytest.approx(expected, abs=0.01), material
        assert amount == pytest.approx(held * cost, abs=0.01), material
        assert min(held, cost, mean, turns, supply) > 0, material


def test_mean_stock_and_turns_are_those_of_the_days(release: duckdb.DuckDBPyConnection) -> None:
    """The stock of each day, added up forward from the truth's opening, has the mean that the mart reckons backward."""
    days = rows(
        release,
        """
        with span as (
            select site_code, unnest(generate_series(first_date, last_date, interval 1 day))::date as day from (
                select site_code, min(posting_date) as first_date, max(posting_date) as last_date
                from fct_stock_movement group by site_code
            )
        ), held as (
            select span.site_code, opening.material_no, span.day, opening.quantity + coalesce((
                select sum(moved_qty)::double from fct_stock_movement as moved
                where moved.site_code = span.site_code and moved.material_id = opening.material_no and posting_date <= span.day
            ), 0) as quantity
            from span join memory.truth_trades as opening using (site_code) where opening.kind = 'opening'
        )
        select site_code, material_no, avg(quantity) from held group by all order by 1, 2""",
    )
    shown = rows(
        release, "select site_code, material_id, mean_on_hand_qty from mart_stock__position order by 1, 2"
    )
    assert [row[:2] for row in shown] == [row[:2] for row in days]
    assert [row[2] for row in shown] == [pytest.approx(row[2], rel=1e-6) for row in days]


def test_purchases_are_what_suppliers_delivered_and_took_back(release: duckdb.DuckDBPyConnection) -> None:
    true = rows(
        release,
        """select site_code, material_no, sum(quantity) filter (kind = 'supply'),
            -coalesce(sum(quantity) filter (kind = 'return'), 0)
        from memory.truth_trades where kind in ('supply', 'return') group by all order by 1, 2""",
    )
    shown = rows(
        release,
        """select site_code, material_id, sum(received_qty)::double, coalesce(sum(rejected_qty), 0)::double
        from fct_purchase_line group by all order by 1, 2""",
    )
    assert [row[:2] for row in shown] == [row[:2] for row in true]
    assert [row[2:] for row in shown] == [pytest.approx(row[2:]) for row in true]
    assert sum(row[3] for row in true) > 0


def test_maintenance_cost_is_what_was_spent(release: duckdb.DuckDBPyConnection) -> None:
    true = rows(
        release,
        """select site_code || '-' || machine, sum(cost) filter (is_emergency), sum(cost) filter (not is_emergency)
        from memory.truth_maintenance_costs where cost > 0 group by all order by 1""",
    )
    shown = rows(
        release,
        """select equipment_id, corrective_cost::double, preventive_cost::double, emergency_cost_ratio
        from mart_maintenance__equipment order by 1""",
    )
    assert [row[0] for row in shown] == [row[0] for row in true]
    assert len(shown) == 17
    for (machine, emergency, planned, share), (_, *expected) in zip(shown, true, strict=True):
        assert [emergency, planned] == pytest.approx(expected, abs=0.01), machine
        assert share == pytest.approx(expected[0] / sum(expected)), machine
