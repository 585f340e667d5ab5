"""The second demo plant: Greenville, South Carolina, one line of turned shafts and one of pumps, smaller than the first.

It runs on Odoo and OPC UA, counts in US units and dollars, and makes some of the first plant's materials under numbers
of its own. Its machine codes repeat those of the first plant: a code names a machine only within its site.
Belongs here: its machines, products and calendar. Does not belong here: formats of its systems (exporters/odoo_*.py,
exporters/opcua.py), anything that happens.
"""

from datetime import date
from zoneinfo import ZoneInfo

from data.simulator.plant_model import Line, Machine, Operation, PlantModel, Product
from data.simulator.shift_calendar import ShiftCalendar

SITE = "2000"
LB_PER_KG = 2.20462262
RAW = (
    ("BAR-4140", "Round Bar AISI 4140", "lb"), ("HSG-CAST", "Housing", "Units"), ("BRG-SET", "Bearing Set", "Units"),
    ("SEAL-KIT", "Seal Kit", "Units"), ("SCR-M8", "Screw M8", "Units"),
)  # fmt: skip
_MACHINES = (
    ("lathe", "Lathe 01", "G1", "TURN"), ("machining_centre", "Machining Center 02", "G1", "MILL"),
    ("grinder", "Grinder 03", "G1", "GRIND"), ("press", "Assembly Press 04", "G2", "PRESS"),
    ("test_bench", "Test Stand 05", "G2", "TEST"),
)  # fmt: skip
_WEEK, _WEEKDAYS, _NEVER = range(1, 8), range(1, 6), range(0)
CALENDAR = ShiftCalendar(
    zone=ZoneInfo("America/New_York"),
    shifts=(("1", "First", 7, 15), ("2", "Second", 15, 23), ("3", "Third", 23, 7)),
    regular={
        "ROTATING": dict.fromkeys("123", _WEEK),
        "2SHIFT": {"1": _WEEKDAYS, "2": _WEEKDAYS, "3": _NEVER},
    },
    breaks={
        ("ROTATING", "1"): ("11:00-11:20",),
        ("ROTATING", "2"): ("19:00-19:20",),
        ("ROTATING", "3"): ("03:00-03:20",),
        ("2SHIFT", "1"): ("09:30-09:45", "12:00-12:30"),
        ("2SHIFT", "2"): ("17:30-17:45", "20:00-20:30"),
        ("2SHIFT", "3"): (),
    },
    exceptions=(("2SHIFT", date(2025, 10, 18), "1", True, "Overtime: late pumps"),),
    holidays=(("2SHIFT", date(2025, 10, 13), "Columbus Day"),),
)


def build_plant() -> PlantModel:
    """Build the plant: its size is fixed."""
    units = tuple(_machine(n) for n in range(len(_MACHINES)))
    lines = (
        Line("G1", "Shafts G1", 0, units[:3], False, ("FAB", "Fabrication"), "ROTATING", PRODUCTS[:2]),
        Line("G2", "Pumps G2", 0, units[3:], True, ("ASY", "Assembly"), "2SHIFT", PRODUCTS[2:]),
    )
    return PlantModel(SITE, CALENDAR, units, lines, PRODUCTS, order_prefix="GV/MO/", first_order=10_001)


def _machine(index: int) -> Machine:
    kind, name, line, work_centre = _MACHINES[index]
    position = sum(other[2] == line for other in _MACHINES[:index])
    return Machine(index, f"M{index + 1:02d}", name, kind, line, position, work_centre)


def _routing(cycle_ms: int, setup_min: int, *texts: str) -> tuple[Operation, ...]:
    return tuple(
        Operation(str(10 * (n + 1)), n, cycle_ms + 900 * n, setup_min - 3 * n, text)
        for n, text in enumerate(texts)
    )


def _shaft(size: int, cycle_ms: int, kg: float) -> Product:
    name, bar = f"Drive Shaft {size}", (("BAR-4140", round(kg * LB_PER_KG, 2), "lb"),)
    routing = _routing(cycle_ms, 30, "Turn", "Mill", "Grind")
    return Product(f"DS-{size}", name, name, False, routing, bar, kg)


def _pump(material: str, name: str, shaft: str, cycle_ms: int) -> Product:
    parts = (
        (shaft, 1.0, "Units"), ("HSG-CAST", 1.0, "Units"), ("BRG-SET", 1.0, "Units"),
        ("SEAL-KIT", 1.0, "Units"), ("SCR-M8", 8 / 12, "Dozens"),
    )  # fmt: skip
    return Product(material, name, name, True, _routing(cycle_ms, 15, "Press", "Test"), parts, 3.1)


PRODUCTS: tuple[Product, ...] = (
    _shaft(16, 58_000, 1.25), _shaft(22, 60_000, 1.5),
    _pump("GP-16", "Gear Pump 16 cc", "DS-16", 31_000), _pump("GP-22", "Gear Pump 22 cc", "DS-22", 33_000),
    _pump("GP-16-SAE", "Gear Pump 16 cc SAE flange", "DS-16", 32_000),
)  # fmt: skip
