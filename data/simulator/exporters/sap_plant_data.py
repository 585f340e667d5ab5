"""Master data of the ERP that belongs to a plant: MARC, MARM, EQUZ, ILOA, IFLOT.

Belongs here: plant data and units of materials, places of machines. The materials and machines themselves: sap_master.py.
"""

from data.simulator.duisburg import PRODUCTS, RAW, SITE
from data.simulator.exporters.sap_format import matnr, number, record
from data.simulator.plant_model import Machine, PlantModel

TABLES = ("MARC", "MARM", "EQUZ", "ILOA", "IFLOT")
PIECES_PER_CARTON = 24


def plant_records(plant: PlantModel) -> dict[str, list[str]]:
    """Lines of these tables."""
    tables: dict[str, list[str]] = {name: [] for name in TABLES}
    for product in PRODUCTS:
        _material(tables, product.material, "ST", made=True)
        _unit(tables, product.material, "KG", 1000, round(1000 * product.weight_kg))
        _unit(tables, product.material, "KAR", PIECES_PER_CARTON, 1)
    for material, _, _, unit in RAW:
        _material(tables, material, unit, made=False)
    tables["IFLOT"].append(record("IFLOT", {"TPLNR": SITE, "FLTYP": "M", "IWERK": SITE}))
    for line in dict.fromkeys(machine.line for machine in plant.machines):
        tables["IFLOT"].append(
            record("IFLOT", {"TPLNR": f"{SITE}-{line}", "FLTYP": "M", "TPLMA": SITE, "IWERK": SITE})
        )
    for machine in plant.machines:
        _place(tables, machine)
    return tables


def _material(tables: dict[str, list[str]], material: str, unit: str, *, made: bool) -> None:
    tables["MARC"].append(record("MARC", {
        "MATNR": matnr(material), "WERKS": SITE, "BESKZ": "E" if made else "F", "DISMM": "PD",
        "DZEIT": "5" if made else "", "PLIFZ": "" if made else "10", "MINBE": number(0), "EISBE": number(50 if made else 500),
    }))  # fmt: skip
    _unit(tables, material, unit, 1, 1)


def _unit(tables: dict[str, list[str]], material: str, unit: str, numerator: int, denominator: int) -> None:
    """`denominator` units are `numerator` base units."""
    tables["MARM"].append(record("MARM", {
        "MATNR": matnr(material), "MEINH": unit, "UMREZ": number(numerator), "UMREN": number(denominator),
    }))  # fmt: skip


def _place(tables: dict[str, list[str]], machine: Machine) -> None:
    location = f"{machine.index + 1:012d}"
    tables["EQUZ"].append(record("EQUZ", {
        "EQUNR": machine.equnr, "DATBI": "99991231", "EQLFN": "001", "DATAB": "20200101", "IWERK": SITE, "ILOAN": location,
    }))  # fmt: skip
    tables["ILOA"].append(record("ILOA", {
        "ILOAN": location, "TPLNR": f"{SITE}-{machine.line}", "SWERK": SITE, "PPSID": machine.objid,
    }))  # fmt: skip
