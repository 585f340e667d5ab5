"""What a simulated plant is made of: machines, lines, products, routings.

Belongs here: the static model that the simulation, the exporters and the plant's configuration files share.
Does not belong here: the two demo plants (duisburg.py, greenville.py), what happens (machine.py, planning.py), how it
is written (exporters/).
"""

from dataclasses import dataclass

from data.simulator.shift_calendar import ShiftCalendar

ENTERPRISE = "Demo Drives"
CONTAINER_PIECES = 20


@dataclass(frozen=True)
class Machine:
    """One machine (ISA-95 work unit); `index` counts from 0, `position` is the place in its line.

    `work_centre` and `equnr` are its keys in the ERP; a system without such a key leaves it empty.
    """

    index: int
    code: str
    name: str
    equipment_class: str
    line: str
    position: int
    work_centre: str
    equnr: str = ""

    @property
    def objid(self) -> str:
        """SAP OBJID of the work centre, 8 digits."""
        return f"{10_000_001 + self.index:08d}"


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
    """A material that a line makes: components as (material, amount per piece, unit).

    The first component of a finished product is the semi-finished one that the plant makes.
    """

    material: str
    name: str
    name_en: str
    finished: bool
    routing: tuple[Operation, ...]
    components: tuple[tuple[str, float, str], ...]
    weight_kg: float


@dataclass(frozen=True)
class Line:
    """One production line; finishing lines consume what the other lines of their group make."""

    code: str
    name: str
    group: int
    machines: tuple[Machine, ...]
    finishing: bool
    area: tuple[str, str]
    calendar_code: str
    products: tuple[Product, ...]


@dataclass(frozen=True)
class PlantModel:
    """A whole plant; orders are numbered from `first_order` on, behind `order_prefix`."""

    site_code: str
    calendar: ShiftCalendar
    machines: tuple[Machine, ...]
    lines: tuple[Line, ...]
    products: tuple[Product, ...]
    order_prefix: str = ""
    first_order: int = 1_000_101
