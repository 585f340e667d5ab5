"""The contracts of Odoo against tables as Odoo creates them, in a real PostgreSQL."""

import datetime as dt
from decimal import Decimal

import pytest

from ingestion.connectors.pull import pull
from ingestion.contracts import Contract, load_contracts
from ingestion.load import load_table
from ingestion.plant import Connection, Plant, Source
from tests.unit.ingestion.connectors.databases import Postgres
from tests.unit.ingestion.home import SITE, Home

LOG = "create_uid int, create_date timestamp, write_uid int, write_date timestamp"
TABLES = """
mrp_production: name varchar, product_id int, product_qty numeric, product_uom_id int, bom_id int,
    qty_producing numeric, state varchar, date_start timestamp, date_finished timestamp, date_deadline timestamp,
    origin varchar, lot_producing_id int, priority varchar, company_id int
mrp_workorder: name varchar, production_id int, workcenter_id int, operation_id int, product_id int,
    qty_produced numeric, qty_producing numeric, state varchar, date_start timestamp, date_finished timestamp,
    duration_expected double precision, duration double precision, sequence int, barcode varchar
mrp_workcenter: name varchar, code varchar, active boolean, time_efficiency double precision,
    costs_hour double precision, oee_target double precision, resource_calendar_id int, note text
mrp_workcenter_productivity: workcenter_id int, workorder_id int, loss_id int, date_start timestamp,
    date_end timestamp, duration double precision, description text, user_id int
mrp_workcenter_productivity_loss: name jsonb, loss_id int, loss_type varchar, manual boolean, sequence int
stock_move: reference varchar, product_id int, product_uom_qty numeric, quantity numeric, product_uom int,
    state varchar, location_id int, location_dest_id int, production_id int, raw_material_production_id int,
    workorder_id int, purchase_line_id int, to_refund boolean, date timestamp, name varchar
stock_move_line: move_id int, product_id int, lot_id int, quantity numeric, product_uom_id int, state varchar,
    date timestamp, location_id int, location_dest_id int, picked boolean
stock_lot: name varchar, product_id int, company_id int, ref varchar
stock_quant: product_id int, location_id int, lot_id int, quantity numeric, reserved_quantity numeric, package_id int
stock_valuation_layer: product_id int, stock_move_id int, quantity numeric, unit_cost numeric, value numeric,
    remaining_qty numeric
account_analytic_line: name varchar, date date, amount numeric, unit_amount double precision, product_id int,
    currency_id int, maintenance_request_id int, account_id int
res_currency: name varchar, active boolean, symbol varchar
purchase_order: name varchar, partner_id int, currency_id int, state varchar, date_order timestamp,
    effective_date timestamp, notes text
purchase_order_line: order_id int, sequence int, product_id int, product_qty numeric, qty_received numeric,
    product_uom int, price_unit numeric, price_subtotal numeric, date_planned timestamp, name text
stock_scrap: name varchar, product_id int, scrap_qty numeric, product_uom_id int, production_id int,
    workorder_id int, lot_id int, state varchar, date_done timestamp
product_product: product_tmpl_id int, default_code varchar, barcode varchar, active boolean, weight numeric
res_partner: name varchar, ref varchar, vat varchar, zip varchar, city varchar, is_company boolean,
    supplier_rank int, customer_rank int, country_id int, active boolean, email varchar
res_country: name jsonb, code varchar, phone_code int
sale_order: name varchar, partner_id int, currency_id int, state varchar, date_order timestamp,
    commitment_date timestamp, effective_date timestamp, note text
sale_order_line: order_id int, sequence int, display_type varchar, product_id int, product_uom_qty numeric,
    qty_delivered numeric, product_uom int, price_unit numeric, discount numeric, price_subtotal numeric, name text
product_template: name jsonb, default_code varchar, uom_id int, categ_id int, type varchar, active boolean
mrp_bom: code varchar, type varchar, product_tmpl_id int, product_id int, product_qty numeric,
    product_uom_id int, active boolean
mrp_bom_line: bom_id int, product_id int, product_qty numeric, product_uom_id int, sequence int
uom_uom: name jsonb, factor numeric, rounding numeric, active boolean
mrp_routing_workcenter: name varchar, bom_id int, workcenter_id int, sequence int, time_mode varchar,
    time_cycle_manual double precision, active boolean, worksheet_type varchar
maintenance_equipment: name jsonb, serial_no varchar, workcenter_id int, active boolean, category_id int
maintenance_request: name varchar, equipment_id int, maintenance_type varchar, priority varchar, request_date date,
    schedule_date timestamp, close_date date, duration double precision, stage_id int
quality_point: name varchar, title varchar, norm double precision, norm_unit varchar,
    tolerance_min double precision, tolerance_max double precision, active boolean
quality_check: name varchar, point_id int, product_id int, production_id int, workorder_id int,
    measure double precision, quality_state varchar, control_date timestamp
stock_location: complete_name varchar, name varchar, usage varchar, active boolean, location_id int
"""
DONE = "2026-03-01 08:00:00.123456"


def create(postgres: Postgres) -> None:
    for entry in TABLES.replace("\n    ", " ").strip().splitlines():
        table, columns = entry.split(":", 1)
        postgres.run(f"CREATE TABLE {table} (id serial PRIMARY KEY, {columns}, {LOG})")


@pytest.fixture
def odoo(home: Home, postgres: Postgres) -> Home:
    create(postgres)
    home.source = Source(
        "odoo", home.inbox, "1000", "Europe/Berlin", connection=Connection("sql", {"url": postgres.uri})
    )
    home.plant = Plant("test", "Test", home.root, (SITE,), (home.source,))
    return home


def take(home: Home, contracts: list[Contract]) -> dict[str, int]:
    pull(home.source, contracts, home.plant, home.settings)
    loads = [load_table(contract, home.source, home.plant, home.settings) for contract in contracts]
    assert not [batch for load in loads for batch in load.with_status("held")]
    assert not sum(load.rows_quarantined for load in loads)
    return {load.contract.table: load.rows_committed for load in loads if load.rows_committed}


def test_manufacturing_of_odoo(odoo: Home, postgres: Postgres):
    contracts = load_contracts(["odoo"])
    assert {contract.table for contract in contracts} == {
        line.split(":")[0] for line in TABLES.strip().splitlines() if not line.startswith(" ")
    }
    assert take(odoo, contracts) == {}
    postgres.run(
        "INSERT INTO mrp_production (name, product_id, product_qty, state, date_start, write_date) "
        f"SELECT 'WH/MO/' || n, 1, n / 3.0, 'confirmed', '2026-03-01 06:00', '{DONE}' FROM generate_series(1, 500) n",
        "INSERT INTO mrp_workcenter_productivity (workcenter_id, loss_id, date_start, duration, write_date) "
        f"VALUES (1, 1, '2026-07-01 06:00', 12.5, '{DONE}')",
        """INSERT INTO mrp_workcenter_productivity_loss (name, loss_type) VALUES ('{"en_US": "Breakdown"}', 'availability')""",
        """INSERT INTO uom_uom (name, factor) VALUES ('{"en_US": "kg"}', 1), ('{"en_US": "g"}', 1000.000000000000000001)""",
    )
    assert take(odoo, contracts) == {
        "mrp_production": 500,
        "mrp_workcenter_productivity": 1,
        "mrp_workcenter_productivity_loss": 1,
        "uom_uom": 2,
    }
    assert take(odoo, contracts) == {}
    postgres.run(
        f"UPDATE mrp_workcenter_productivity SET date_end = '2026-07-01 06:12:30', write_date = '{DONE}'",
        "UPDATE mrp_production SET state = 'done', write_date = '2026-03-01 09:00' WHERE id = 7",
        "DELETE FROM uom_uom WHERE id = 1",
    )
    assert take(odoo, contracts) == {"mrp_production": 1, "mrp_workcenter_productivity": 1, "uom_uom": 1}
    by_name = {contract.table: contract for contract in contracts}
    (interval,) = odoo.rows(by_name["mrp_workcenter_productivity"], "date_start, date_end, duration")
    assert interval[0].astimezone(dt.UTC) == dt.datetime(2026, 7, 1, 6, tzinfo=dt.UTC), (
        "naive is UTC, not plant time"
    )
    assert interval[2] == 12.5
    assert odoo.rows(by_name["mrp_production"], "count(*), sum(product_qty)", order="1") == [
        (500, Decimal("41750.000000"))
    ]
    assert odoo.rows(by_name["uom_uom"], "factor, name", order="1") == [
        (Decimal("1000.000000000000000001"), '{"en_US": "g"}')
    ]
