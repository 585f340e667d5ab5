"""The first demo plant: Duisburg, two machining lines in three shifts and an assembly line round the clock.

Belongs here: its machines, products and calendar, and its clock, in which its systems (SAP, MES, PI) write local time.
Does not belong here: the second plant (greenville.py), anything that happens.
"""

from datetime import date
from zoneinfo import ZoneInfo

from data.simulator.plant_model import Line, Machine, Operation, PlantModel, Product
from data.simulator.shift_calendar import ShiftCalendar

SITE = "1000"
MACHINES_PER_LINE = 4
CLASSES = (
    ("lathe", "Drehmaschine"), ("lathe", "Drehmaschine"), ("machining_centre", "Bearbeitungszentrum"),
    ("grinder", "Schleifmaschine"), ("lathe", "Drehmaschine"), ("machining_centre", "Bearbeitungszentrum"),
    ("gear_hobber", "Wälzfräsmaschine"), ("grinder", "Schleifmaschine"), ("washer", "Waschanlage"),
    ("press", "Fügepresse"), ("assembly_cell", "Montagezelle"), ("test_bench", "Prüfstand"),
)  # fmt: skip
FAMILIES = (
    ("Antriebswelle 16", "Drive shaft 16"), ("Antriebswelle 22", "Drive shaft 22"),
    ("Antriebswelle 28", "Drive shaft 28"), ("Zahnradsatz 16", "Gear set 16"),
    ("Zahnradsatz 22", "Gear set 22"), ("Zahnradsatz 28", "Gear set 28"),
)  # fmt: skip
FINISHED = (
    ("Zahnradpumpe 16 cm³", "Gear pump 16 ccm"), ("Zahnradpumpe 22 cm³", "Gear pump 22 ccm"),
    ("Zahnradpumpe 28 cm³", "Gear pump 28 ccm"), ("Zahnradmotor 16 cm³", "Gear motor 16 ccm"),
    ("Zahnradmotor 22 cm³", "Gear motor 22 ccm"), ("Zahnradmotor 28 cm³", "Gear motor 28 ccm"),
)  # fmt: skip
RAW = (
    ("300001", "Rundstahl 42CrMo4", "Round bar 42CrMo4", "KG"), ("300002", "Schmiederohling", "Forged blank", "ST"),
    ("300003", "Gehäuse", "Housing", "ST"), ("300004", "Lagersatz", "Bearing set", "ST"),
    ("300005", "Dichtungssatz", "Seal kit", "ST"), ("300006", "Schraube M8", "Screw M8", "ST"),
)  # fmt: skip
_DAILY, _NO_SUNDAY = range(1, 8), range(1, 7)
CALENDAR = ShiftCalendar(
    zone=ZoneInfo("Europe/Berlin"),
    shifts=(("F", "Early", 6, 14), ("S", "Late", 14, 22), ("N", "Night", 22, 6)),
    regular={"3SHIFT": dict.fromkeys("FSN", _NO_SUNDAY), "CONTI": dict.fromkeys("FSN", _DAILY)},
    breaks={
        ("3SHIFT", "F"): ("09:00-09:15", "12:00-12:30"),
        ("3SHIFT", "S"): ("17:00-17:15", "19:30-20:00"),
        ("3SHIFT", "N"): ("00:30-00:45", "03:30-04:00"),
        ("CONTI", "F"): ("10:00-10:20",),
        ("CONTI", "S"): ("18:00-18:20",),
        ("CONTI", "N"): ("04:00-04:20",),
    },
    exceptions=(("3SHIFT", date(2025, 10, 19), "F", True, "Extra shift: backlog of gear sets"),),
    holidays=(("3SHIFT", date(2025, 11, 1), "All Saints' Day"),),
)
to_local, repeated_hour = CALENDAR.to_local, CALENDAR.repeated_hour
outside_repeated_hour = CALENDAR.outside_repeated_hour


def build_plant(machines: int = 12) -> PlantModel:
    """Build the plant in any size: lines of four, every third one a finishing line."""
    if machines < 1:
        raise ValueError(f"machines must be at least 1, not {machines}")
    units = tuple(_machine(i) for i in range(machines))
    count = -(-machines // MACHINES_PER_LINE)
    return PlantModel(SITE, CALENDAR, units, tuple(_line(n, units) for n in range(count)), PRODUCTS)


def _machine(index: int) -> Machine:
    kind, name = CLASSES[index % len(CLASSES)]
    line, position = divmod(index, MACHINES_PER_LINE)
    code = f"M{index + 1:02d}"
    return Machine(
        index, code, f"{name} {index + 1:02d}", kind, f"L{line + 1}", position, f"WC{code}",
        f"{10_001_001 + index:018d}",
    )  # fmt: skip


def _line(number: int, units: tuple[Machine, ...]) -> Line:
    code, finishing = f"L{number + 1}", number % 3 == 2
    names = ("Shafts", "Gears", "Pump assembly")
    own = tuple(machine for machine in units if machine.line == code)
    area = ("ASM", "Assembly and finishing") if finishing else ("MACH", "Machining")
    products = (PRODUCTS[:3], PRODUCTS[3:6], PRODUCTS[6:])[number % 3]
    return Line(
        code, f"{names[number % 3]} {code}", number // 3, own, finishing, area,
        "CONTI" if finishing else "3SHIFT", products,
    )  # fmt: skip


def _routing(finished: bool, size: int) -> tuple[Operation, ...]:
    texts = (
        ("Waschen", "Fügen", "Montieren", "Prüfen")
        if finished
        else ("Drehen", "Fräsen", "Verzahnen", "Schleifen")
    )
    base, setup = (30_000, 12) if finished else (57_000, 28)
    spread = (0, 600, -600, 1_200)
    return tuple(
        Operation(f"{10 * (n + 1):04d}", n, base + spread[n] + 1_200 * size, setup - 2 * n, texts[n])
        for n in range(MACHINES_PER_LINE)
    )


def _semi(number: int) -> Product:
    parts = (("300001", 1.25 + 0.25 * number, "KG"),) if number < 3 else (("300002", 1.0, "ST"),)
    return Product(
        f"20000{number + 1}", *FAMILIES[number], False, _routing(False, number % 3), parts, 0.9 + 0.2 * number
    )


def _finished(number: int) -> Product:
    parts = (
        (f"20000{number + 1}", 1.0, "ST"), ("300003", 1.0, "ST"), ("300004", 1.0, "ST"),
        ("300005", 1.0, "ST"), ("300006", 8.0, "ST"),
    )  # fmt: skip
    return Product(
        f"10000{number + 1}", *FINISHED[number], True, _routing(True, number % 3), parts, 3.1 + 0.4 * number
    )


PRODUCTS: tuple[Product, ...] = tuple(_semi(n) for n in range(6)) + tuple(_finished(n) for n in range(6))
