"""Stock, purchases, sales and maintenance cost of the demo against the simulator's truth, which the pipeline never reads."""

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


def test_sales_are_what_customers_ordered_and_what_has_left(release: duckdb.DuckDBPyConnection) -> None:
    true = rows(
        release,
        """with last as (select max(production_day) as day from memory.truth_trades)
        select site_code, "order" % 1000, line, case site_code when '1000' then 800001 + customer when '2000' then 201 + customer end,
            material_no, pieces, amount, ordered, due, case when leaves <= last.day then leaves end
        from memory.truth_sales, last order by 1, 2, 3""",
    )
    shown = rows(
        release,
        """select site_code, right(sales_order_no, 3)::bigint,
            case site_code when '1000' then line_no::bigint // 10 when '2000' then line_no::bigint % 10 end,
            regexp_extract(customer_id, '[0-9]+$')::bigint,
            material_id, ordered_qty::bigint, line_amount::double, order_date, due_date, shipped_date
        from fct_sales_line join dim_customer using (customer_id) order by 1, 2, 3""",
    )
    assert shown == true
    left = rows(
        release,
        """select site_code, count(*) filter (shipped_date is null), count(*) filter (is_shipped_late), count(distinct country),
            count(*) filter ((order_status = 'shipped') <> (shipped_date is not null)) from fct_sales_line
        join dim_customer using (customer_key) group by 1 order by 1""",
    )
    assert [row[0] for row in left] == ["1000", "2000"]
    assert all(min(row[1:4]) > 0 for row in left)
    assert [row[4] for row in left] == [0, 0]


def test_prices_of_sales_are_of_one_piece(release: duckdb.DuckDBPyConnection) -> None:
    """A carton of 24 and a dozen are pieces in the star: the price times the pieces is the amount, but for Odoo's discount."""
    found = rows(
        release,
        """select site_code, material_id, round(max(1 - line_amount / (ordered_qty * unit_price)), 6)::double,
            round(min(1 - line_amount / (ordered_qty * unit_price)), 6)::double, any_value(quantity_unit), any_value(currency)
        from fct_sales_line group by all order by 1, 2""",
    )
    assert [row[:2] for row in found] == [
        *(("1000", f"10000{n}") for n in range(1, 7)),
        *(("2000", material) for material in ("GP-16", "GP-16-SAE", "GP-22")),
    ]
    assert {row[2:] for row in found} == {(0.0, 0.0, "ST", "EUR"), (0.05, 0.0, "Units", "USD")}


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
