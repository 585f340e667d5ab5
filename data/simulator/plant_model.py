"""What the demo plant is made of: machines, lines, products, routings, signals.

Belongs here: the static model that the simulation, the exporters and the plant's configuration files share.
Does not belong here: shift times (shift_calendar.py), what happens (machine.py, planning.py), how it is written.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

SITE = "1000"
ENTERPRISE = "Demo Drives"
ZONE = ZoneInfo("Europe/Berlin")
MACHINES_PER_LINE = 4
CONTAINER_PIECES = 20
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


@dataclass(frozen=True)
class Machine:
    """One machine (ISA-95 work unit); `index` counts from 0, `position` is the place in its line."""

    index: int
    code: str
    name: str
    equipment_class: str
    line: str
    position: int

    @property
    def work_centre(self) -> str:
        """SAP ARBPL."""
        return f"WC{self.code}"

    @property
    def objid(self) -> str:
        """SAP OBJID of the work centre, 8 digits."""
        return f"{10_000_001 + self.index:08d}"

    @property
    def equnr(self) -> str:
        """SAP EQUNR, 18 digits."""
        return f"{10_001_001 + self.index:018d}"


@dataclass(frozen=True)
class Line:
    """One production line; finishing lines run round the clock and consume what the machining lines make."""

    code: str
    name: str
    group: int
    machines: tuple[Machine, ...]
    finishing: bool

    @property
    def calendar_code(self) -> str:
        """Shift calendar of the line."""
        return "CONTI" if self.finishing else "3SHIFT"

    @property
    def area(self) -> tuple[str, str]:
        """Area code and name."""
        return ("ASM", "Assembly and finishing") if self.finishing else ("MACH", "Machining")


@dataclass(frozen=True)
class Operation:
    """One step of a routing: machine position in the line, seconds per piece, minutes of setup."""

    vornr: str
    position: int
    cycle_ms: int
    setup_min: int
    text: str

    @property
    def machine_min_per_100(self) -> float:
        """SAP VGW02 for a base quantity of 100 pieces."""
        return self.cycle_ms / 600.0


@dataclass(frozen=True)
class Product:
    """A material that a line makes: components as (material, pieces or kg per piece, unit)."""

    material: str
    name_de: str
    name_en: str
    finished: bool
    routing: tuple[Operation, ...]
    components: tuple[tuple[str, float, str], ...]
    weight_kg: float


@dataclass(frozen=True)
class PlantModel:
    """The whole plant."""

    machines: tuple[Machine, ...]
    lines: tuple[Line, ...]

    def products_of(self, line: Line) -> tuple[Product, ...]:
        """Products that a line makes: three semi-finished ones, or the six finished ones."""
        if line.finishing:
            return PRODUCTS[6:]
        return PRODUCTS[:3] if int(line.code[1:]) % 3 == 1 else PRODUCTS[3:6]


def build_plant(machines: int = 12) -> PlantModel:
    """Build a plant of any size: lines of four, every third one a finishing line."""
    if machines < 1:
        raise ValueError(f"machines must be at least 1, not {machines}")
    units = tuple(_machine(i) for i in range(machines))
    count = -(-machines // MACHINES_PER_LINE)
    lines = tuple(_line(n, units) for n in range(count))
    return PlantModel(units, lines)


def _machine(index: int) -> Machine:
    kind, name = CLASSES[index % len(CLASSES)]
    line, position = divmod(index, MACHINES_PER_LINE)
    return Machine(index, f"M{index + 1:02d}", f"{name} {index + 1:02d}", kind, f"L{line + 1}", position)


def _line(number: int, units: tuple[Machine, ...]) -> Line:
    code = f"L{number + 1}"
    names = ("Shafts", "Gears", "Pump assembly")
    own = tuple(machine for machine in units if machine.line == code)
    return Line(code, f"{names[number % 3]} {code}", number // 3, own, number % 3 == 2)


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
    names = FAMILIES[number]
    parts = (("300001", 1.25 + 0.25 * number, "KG"),) if number < 3 else (("300002", 1.0, "ST"),)
    return Product(
        f"20000{number + 1}", *names, False, _routing(False, number % 3), parts, 0.9 + 0.2 * number
    )


def _finished(number: int) -> Product:
    names = FINISHED[number]
    parts = (
        (f"20000{number + 1}", 1.0, "ST"), ("300003", 1.0, "ST"), ("300004", 1.0, "ST"),
        ("300005", 1.0, "ST"), ("300006", 8.0, "ST"),
    )  # fmt: skip
    return Product(f"10000{number + 1}", *names, True, _routing(True, number % 3), parts, 3.1 + 0.4 * number)


PRODUCTS: tuple[Product, ...] = tuple(_semi(n) for n in range(6)) + tuple(_finished(n) for n in range(6))
