"""Master data of Odoo: units, products, partners, bills of materials, operations, work centres, losses, places, quality points.

Belongs here: rows that do not change with production, and the ids by which others name them.
Does not belong here: orders and what follows from them (odoo_orders.py and its neighbours).
"""

from collections.abc import Iterator
from decimal import Decimal

from data.simulator.exporters.odoo_losses import loss_rows
from data.simulator.exporters.odoo_tables import Row, quantity
from data.simulator.greenville import PRODUCTS, RAW
from data.simulator.master_records import ODOO_CUSTOMERS, ODOO_SUPPLIERS, Partner, gtin
from data.simulator.plant_model import PlantModel

UOMS = {"Units": 1, "Dozens": 2, "kg": 3, "lb": 4}
# Units of the reference unit (Units, kg) go by how many of them make one of it.
_FACTORS = {"Units": Decimal(1), "Dozens": Decimal(1) / 12, "kg": Decimal(1), "lb": Decimal("2.20462262")}
MATERIALS = (*((p.material, p.name, "Units") for p in PRODUCTS), *RAW)
PRODUCT_IDS = {material: 20 + number for number, (material, _, _) in enumerate(MATERIALS)}
BOM_IDS = {product.material: 1 + number for number, product in enumerate(PRODUCTS)}
VENDORS, CUSTOMERS, STOCK, PRODUCTION, SCRAP = 4, 5, 8, 15, 16
_PLACES = (
    (VENDORS, "Partners/Vendors", "supplier"), (STOCK, "GV/Stock", "internal"),
    (CUSTOMERS, "Partners/Customers", "customer"),
    (PRODUCTION, "Virtual Locations/Production", "production"), (SCRAP, "Virtual Locations/Scrap", "inventory"),
)  # fmt: skip
# Characteristics of machined and of finished pieces: title, nominal, tolerance, unit, decimals.
POINTS = (
    ("diameter", 0.9843, 0.0012, "in", 5), ("roughness_ra", 31.5, 24.0, "uin", 2),
    ("leakage", 0.122, 0.092, "in3/min", 4), ("torque", 28.0, 2.2, "lbf.ft", 3),
)  # fmt: skip
FIRST_PARTNER, FIRST_CUSTOMER = 10, 30
_COUNTRIES = {"CA": 38, "DE": 57, "US": 233}
_TEMPLATE = 100  # ids of templates lie so far above those of their only variant


def operation_id(material: str, position: int) -> int:
    """Id of an operation (mrp_routing_workcenter)."""
    return BOM_IDS[material] * 10 + position + 1


def master_rows(plant: PlantModel) -> dict[str, list[Row]]:
    """Rows of all master tables, without dates."""
    return {
        "uom_uom": [_uom(name) for name in UOMS],
        "product_template": [_template(*material) for material in MATERIALS],
        "product_product": [_variant(material) for material, _, _ in MATERIALS],
        "mrp_bom": [_bom(material) for material in BOM_IDS],
        "mrp_bom_line": list(_bom_lines()),
        "mrp_routing_workcenter": list(_operations(plant)),
        "mrp_workcenter": [_work_centre(m.index, m.name, m.work_centre) for m in plant.machines],
        "mrp_workcenter_productivity_loss": loss_rows(),
        "stock_location": [{"id": n, "complete_name": name, "usage": use, "active": True} for n, name, use in _PLACES],
        "maintenance_equipment": [
            {"id": m.index + 1, "name": m.name, "serial_no": f"US{4100 + 17 * m.index}", "workcenter_id": m.index + 1, "active": True}
            for m in plant.machines
        ],
        "res_partner": [
            _partner(number, partner, is_customer=is_customer)
            for first, partners, is_customer in ((FIRST_PARTNER, ODOO_SUPPLIERS, False), (FIRST_CUSTOMER, ODOO_CUSTOMERS, True))
            for number, partner in enumerate(partners, start=first)
        ],
        "res_country": [{"id": number, "code": code} for code, number in _COUNTRIES.items()],
        "quality_point": [_point(number) for number in range(len(POINTS))],
    }  # fmt: skip


def _uom(name: str) -> Row:
    factor = _FACTORS[name].quantize(Decimal("1e-18"))
    return {
        "id": UOMS[name],
        "name": f'{{"en_US": "{name}"}}',
        "factor": factor,
        "rounding": 0.01,
        "active": True,
    }


def _template(material: str, name: str, unit: str) -> Row:
    return {
        "id": PRODUCT_IDS[material] + _TEMPLATE, "name": f'{{"en_US": "{name}"}}', "default_code": material,
        "uom_id": UOMS[unit], "categ_id": 1 if material in BOM_IDS else 2, "type": "consu", "active": True,
    }  # fmt: skip


def _variant(material: str) -> Row:
    number = PRODUCT_IDS[material]
    return {"id": number, "product_tmpl_id": number + _TEMPLATE, "default_code": material, "barcode": gtin(material), "active": True}  # fmt: skip


def _partner(number: int, partner: Partner, *, is_customer: bool) -> Row:
    return {
        "id": number, "name": partner.name, "ref": partner.key, "vat": partner.tax_no, "zip": partner.postal_code,
        "city": partner.city, "is_company": True, "supplier_rank": int(not is_customer), "customer_rank": int(is_customer),
        "country_id": _COUNTRIES[partner.country], "active": True,
    }  # fmt: skip


def _bom(material: str) -> Row:
    return {
        "id": BOM_IDS[material], "code": None, "type": "normal", "product_tmpl_id": PRODUCT_IDS[material] + _TEMPLATE,
        "product_id": None, "product_qty": quantity(1), "product_uom_id": UOMS["Units"], "active": True,
    }  # fmt: skip


def _bom_lines() -> Iterator[Row]:
    for product in PRODUCTS:
        for number, (component, amount, unit) in enumerate(product.components, start=1):
            yield {
                "id": BOM_IDS[product.material] * 10 + number, "bom_id": BOM_IDS[product.material],
                "product_id": PRODUCT_IDS[component], "product_qty": quantity(amount), "product_uom_id": UOMS[unit],
                "sequence": number,
            }  # fmt: skip


def _operations(plant: PlantModel) -> Iterator[Row]:
    for line in plant.lines:
        for product in line.products:
            for step in product.routing:
                yield {
                    "id": operation_id(product.material, step.position), "name": step.text, "bom_id": BOM_IDS[product.material],
                    "workcenter_id": line.machines[step.position].index + 1, "sequence": int(step.vornr),
                    "time_mode": "manual", "time_cycle_manual": step.cycle_ms / 60_000, "active": True,
                }  # fmt: skip


def _work_centre(index: int, name: str, code: str) -> Row:
    return {
        "id": index + 1, "name": name, "code": code, "active": True, "time_efficiency": 100.0, "costs_hour": 68.0,
        "oee_target": 85.0, "resource_calendar_id": 1,
    }  # fmt: skip


def _point(number: int) -> Row:
    title, nominal, tolerance, unit, digits = POINTS[number]
    return {
        "id": number + 1, "name": f"QP{number + 1:05d}", "title": title, "norm": nominal, "norm_unit": unit,
        "tolerance_min": round(nominal - tolerance, digits), "tolerance_max": round(nominal + tolerance, digits),
        "active": True,
    }  # fmt: skip
