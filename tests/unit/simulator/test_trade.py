"""Stock, purchases and costs in the files: balances follow from movements, histories from documents."""

import pytest

from tests.unit.simulator.conftest import Simulated

READ = "delim = ';', header = true, all_varchar = true, encoding = 'latin-1', filename = true"
NUMBER = "replace(replace({0}, '.', ''), ',', '.')::double"
MOVED = f"""
    select distinct MBLNR, ZEILE, BWART, MATNR, case SHKZG when 'S' then 1 else -1 end * {NUMBER.format("MENGE")} as moved
    from read_csv('{{landing}}/sap_ecc/MSEG_*.csv', {READ}, null_padding = true, ignore_errors = true)
    where MANDT = '100' and SHKZG in ('S', 'H') and MENGE similar to '[0-9.]+,[0-9]{{{{3}}}}' and WAERS = 'EUR'"""


def test_sap_balances_are_the_opening_and_all_movements(simulated: Simulated) -> None:
    rows = simulated.rows(f"""
        with moved as ({MOVED}),
        balance as (
            select MATNR, {NUMBER.format("LABST")} as held from read_csv('{{landing}}/sap_ecc/MARD_20251027.csv', {READ})
        ),
        opening as (
            select lpad(material_no, 18, '0') as MATNR, quantity from '{{truth}}/trades.parquet'
            where kind = 'opening' and site_code = '1000'
        )
        select MATNR, held, opening.quantity + coalesce((select sum(moved) from moved where moved.MATNR = balance.MATNR), 0)
        from balance join opening using (MATNR) order by all""")
    assert len(rows) == 18
    for material, held, reckoned in rows:
        assert held == pytest.approx(reckoned, abs=0.01), material


def test_the_history_of_purchases_names_documents_of_the_same_quantity(simulated: Simulated) -> None:
    """In base units: UMREZ of the item times the quantity in its order unit."""
    rows = simulated.rows(f"""
        with moved as ({MOVED}),
        history as (select * from read_csv('{{landing}}/sap_ecc/EKBE_*.csv', {READ})),
        items as (select * from read_csv('{{landing}}/sap_ecc/EKPO_*.csv', {READ}))
        select moved.BWART, abs(moved.moved), {NUMBER.format("history.MENGE")} * {NUMBER.format("items.UMREZ")}
        from moved full join history on MBLNR = BELNR and ZEILE = BUZEI
        left join items on history.EBELN = items.EBELN and history.EBELP = items.EBELP
        where moved.BWART is null or moved.BWART = '122' or MBLNR like '5%' and moved.BWART = '101' order by all""")
    assert len(rows) > 3
    assert [moved for _, moved, _ in rows] == [pytest.approx(told) for *_, told in rows]


def test_odoo_quants_are_both_ends_of_all_moves(simulated: Simulated) -> None:
    rows = simulated.rows("""
        with moves as (
            select product_id, location_id, location_dest_id, quantity::double * case product_uom when 2 then 12 else 1 end as moved
            from '{landing}/odoo/stock_move.*.parquet'
        ), ends as (
            select product_id, location_id as place, -moved as moved from moves
            union all select product_id, location_dest_id, moved from moves
        ), held as (
            select product_id, location_id as place, quantity::double as held from '{landing}/odoo/stock_quant.20251027.parquet'
        )
        select held.product_id, held.place, held.held, sum(moved) from held join ends using (product_id, place) group by all""")
    elsewhere = [(held, moved) for _, place, held, moved in rows if place != 8]
    assert len(elsewhere) > 5
    assert [held for held, _ in elsewhere] == [pytest.approx(moved, abs=0.001) for _, moved in elsewhere]
    stock = simulated.rows("""
        select sum(value::double) - (
            select sum(quantity::double * unit_cost::double) from '{landing}/odoo/stock_valuation_layer.*.parquet')
        from '{landing}/odoo/stock_valuation_layer.*.parquet'""")
    assert stock[0][0] == pytest.approx(0, abs=1)


def test_costs_in_both_systems_are_the_truth(simulated: Simulated) -> None:
    rows = simulated.rows(f"""
        select '1000', round(sum(case when WOGBTR like '%-' then -1 else 1 end * {NUMBER.format("rtrim(WOGBTR, '-')")}), 2)
        from read_csv('{{landing}}/sap_ecc/COEP_*.csv', {READ})
        union all select '2000', round(-sum(amount)::double, 2) from '{{landing}}/odoo/account_analytic_line.*.parquet'
        order by 1""")
    truth = simulated.rows(
        "select site_code, round(sum(cost), 2) from '{truth}/maintenance_costs.parquet' group by 1 order by 1"
    )
    assert [row[0] for row in rows] == ["1000", "2000"]
    assert rows == [(site, pytest.approx(cost)) for site, cost in truth]
