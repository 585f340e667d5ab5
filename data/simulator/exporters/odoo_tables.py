"""How rows of Odoo's database are landed: a Parquet file per table and day, as the database connector writes them.

Belongs here: columns and types of the tables, times as PostgreSQL holds them. Does not belong here: the rows.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from data.simulator.exporters.files import Landing

Row = dict[str, object]
_TYPES = {
    "int": pa.int64(), "text": pa.string(), "num": pa.float64(), "qty": pa.decimal128(18, 6), "bool": pa.bool_(),
    "factor": pa.decimal128(38, 18), "time": pa.timestamp("us"), "day": pa.date32(),
}  # fmt: skip
_TABLES = {
    "uom_uom": "id:int name:text factor:factor rounding:num active:bool",
    "product_template": "id:int name:text default_code:text uom_id:int categ_id:int type:text active:bool",
    "product_product": "id:int product_tmpl_id:int default_code:text barcode:text active:bool",
    "res_partner": "id:int name:text ref:text vat:text zip:text city:text is_company:bool supplier_rank:int "
    "customer_rank:int country_id:int active:bool",
    "mrp_bom": "id:int code:text type:text product_tmpl_id:int product_id:int product_qty:qty product_uom_id:int active:bool",
    "mrp_bom_line": "id:int bom_id:int product_id:int product_qty:qty product_uom_id:int sequence:int",
    "mrp_routing_workcenter": "id:int name:text bom_id:int workcenter_id:int sequence:int time_mode:text time_cycle_manual:num active:bool",
    "mrp_workcenter": "id:int name:text code:text active:bool time_efficiency:num costs_hour:num oee_target:num resource_calendar_id:int",
    "mrp_workcenter_productivity_loss": "id:int name:text loss_id:int loss_type:text manual:bool",
    "stock_location": "id:int complete_name:text usage:text active:bool",
    "maintenance_equipment": "id:int name:text serial_no:text workcenter_id:int active:bool",
    "quality_point": "id:int name:text title:text norm:num norm_unit:text tolerance_min:num tolerance_max:num active:bool",
    "mrp_production": "id:int name:text product_id:int product_qty:qty product_uom_id:int bom_id:int qty_producing:qty state:text "
    "date_start:time date_finished:time date_deadline:time origin:text lot_producing_id:int",
    "mrp_workorder": "id:int name:text production_id:int workcenter_id:int operation_id:int product_id:int qty_produced:qty "
    "qty_producing:qty state:text date_start:time date_finished:time duration_expected:num duration:num sequence:int",
    "mrp_workcenter_productivity": "id:int workcenter_id:int workorder_id:int loss_id:int date_start:time date_end:time "
    "duration:num description:text user_id:int",
    "stock_move": "id:int reference:text product_id:int product_uom_qty:qty quantity:qty product_uom:int state:text location_id:int "
    "location_dest_id:int production_id:int raw_material_production_id:int workorder_id:int purchase_line_id:int "
    "to_refund:bool date:time",
    "stock_move_line": "id:int move_id:int product_id:int lot_id:int quantity:qty product_uom_id:int state:text date:time",
    "stock_quant": "id:int product_id:int location_id:int lot_id:int quantity:qty reserved_quantity:qty",
    "stock_valuation_layer": "id:int product_id:int stock_move_id:int quantity:qty unit_cost:qty value:qty",
    "account_analytic_line": "id:int name:text date:day amount:qty unit_amount:qty product_id:int currency_id:int "
    "maintenance_request_id:int",
    "stock_lot": "id:int name:text product_id:int",
    "res_currency": "id:int name:text active:bool",
    "purchase_order": "id:int name:text partner_id:int currency_id:int state:text date_order:time effective_date:time",
    "purchase_order_line": "id:int order_id:int sequence:int product_id:int product_qty:qty qty_received:qty product_uom:int "
    "price_unit:qty price_subtotal:qty date_planned:time",
    "res_country": "id:int code:text",
    "sale_order": "id:int name:text partner_id:int currency_id:int state:text date_order:time commitment_date:time effective_date:time",
    "sale_order_line": "id:int order_id:int sequence:int display_type:text product_id:int product_uom_qty:qty qty_delivered:qty "
    "product_uom:int price_unit:qty discount:num price_subtotal:qty",
    "stock_scrap": "id:int name:text product_id:int scrap_qty:qty product_uom_id:int production_id:int workorder_id:int lot_id:int "
    "state:text date_done:time",
    "maintenance_request": "id:int name:text equipment_id:int maintenance_type:text priority:text request_date:day "
    "schedule_date:time close_date:day duration:num",
    "quality_check": "id:int name:text point_id:int product_id:int production_id:int workorder_id:int measure:num "
    "quality_state:text control_date:time",
}  # fmt: skip
SCHEMAS = {
    table: pa.schema(
        [
            (name, _TYPES[kind])
            for name, kind in (
                column.split(":") for column in f"{columns} create_date:time write_date:time".split()
            )
        ]
    )
    for table, columns in _TABLES.items()
}


def utc(ms: int | None) -> datetime | None:
    """A time as Odoo stores it: naive UTC, cut to seconds."""
    return None if ms is None else datetime.fromtimestamp(ms // 1000, UTC).replace(tzinfo=None)


def dated(row: Row, created: int, written: int) -> Row:
    """A row with the dates of its creation and of its last change (ms UTC)."""
    return {**row, "create_date": utc(created), "write_date": utc(written)}


def quantity(value: float) -> Decimal:
    """A quantity with six decimals."""
    return Decimal(str(round(value, 6)))


def write_rows(landing: Landing, table: str, rows: list[Row], name: str, mtime_ms: int) -> None:
    """Write odoo/<table>.<name>.parquet; nothing without rows."""
    if rows:
        data = pa.Table.from_pylist(rows, schema=SCHEMAS[table])
        landing.write(
            f"odoo/{table}.{name}.parquet",
            lambda part: pq.write_table(data, part, compression="zstd"),
            mtime_ms,
        )
