"""Master data that both demo plants keep under names and numbers of their own, and which of it is truly the same.

Belongs here: suppliers, global trade item numbers, the decisions of the plant's steward, the truth about what is one thing.
Does not belong here: how a system writes its records (exporters/), what the pipeline makes of them.
"""

from dataclasses import dataclass

from data.simulator import duisburg, greenville
from data.simulator.plant_model import Machine, PlantModel

Row = dict[str, object]


@dataclass(frozen=True)
class Partner:
    """One supplier or customer as one system knows it; `key` is its number there."""

    key: str
    name: str
    tax_no: str
    postal_code: str
    city: str
    country: str


# The second of each is one company; the third of Greenville is the subsidiary of the third of Duisburg.
SAP_SUPPLIERS = (
    Partner("700001", "Rheinstahl Walzwerk GmbH", "DE811907980", "47166", "Duisburg", "DE"),
    Partner("700002", "Kugellager Nord GmbH & Co. KG", "DE118509725", "20457", "Hamburg", "DE"),
    Partner("700003", "Dichtungstechnik Ruhr GmbH", "DE129415943", "44787", "Bochum", "DE"),
)
ODOO_SUPPLIERS = (
    Partner("V-101", "Piedmont Castings LLC", "57-0901234", "29607", "Greenville", "US"),
    Partner("V-102", "KUGELLAGER NORD", "DE 118 509 725", "20457", "Hamburg", "DE"),
    Partner("V-103", "Dichtungstechnik Ruhr USA Inc.", "57-0905678", "29303", "Spartanburg", "US"),
)
SAP_CUSTOMERS = (
    Partner("800001", "Hydraulik Lippe GmbH", "DE136870214", "32756", "Detmold", "DE"),
    Partner("800002", "Landtechnik Meier KG", "DE154302877", "49074", "Osnabrück", "DE"),
    Partner("800003", "Pompes du Nord SARL", "FR40303265045", "59000", "Lille", "FR"),
    Partner("800004", "Alpen Fördertechnik GmbH", "ATU37675002", "4020", "Linz", "AT"),
)
ODOO_CUSTOMERS = (
    Partner("C-201", "Carolina Tractor Works LLC", "57-0907001", "29605", "Greenville", "US"),
    Partner("C-202", "Great Lakes Hydraulics Inc.", "38-2204417", "48226", "Detroit", "US"),
    Partner("C-203", "Ontario Lift Systems Ltd.", "86412 0033", "L8P 4S6", "Hamilton", "CA"),
)
_ITEMS = {"100001": 1, "100002": 2, "100003": 3, "GP-16": 1, "GP-22": 2, "GP-16-SAE": 7}
_SAME_MATERIALS = {
    "GP-16": "100001", "GP-22": "100002", "DS-16": "200001", "DS-22": "200002", "BAR-4140": "300001",
    "BRG-SET": "300004", "SEAL-KIT": "300005", "SCR-M8": "300006",
}  # fmt: skip
_SAME_SUPPLIERS = {"V-102": "700002"}
# So alike that only a person can judge, and not the same.
_LOOKS_LIKE = {"GP-16-SAE": "100001", "V-103": "700003"}
DECISIONS = (
    ("D-001", "material", "match", "odoo", "BAR-4140", "sap_ecc", "300001", "", "",
     "42CrMo4 (1.7225) and AISI 4140 are the same grade", "Materials engineering", "2025-09-15"),
    ("D-002", "material", "apart", "odoo", "HSG-CAST", "sap_ecc", "300003", "", "",
     "Greenville's housing has SAE ports", "Design engineering", "2025-09-15"),
    ("D-003", "material", "set", "sap_ecc", "300001", "", "", "name", "Round bar 42CrMo4 / AISI 4140",
     "One name for both sites", "Materials engineering", "2025-09-16"),
)  # fmt: skip


def gtin(material: str) -> str | None:
    """GTIN-13 of a product that is sold, with its check digit, below the prefix that GS1 keeps for demonstrations."""
    if material not in _ITEMS:
        return None
    body = f"952012345{_ITEMS[material]:03d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def true_records(plant: PlantModel) -> list[Row]:
    """Every master record of a plant with the thing that it stands for, at either plant; `looks_like` is another thing."""
    is_first = plant.site_code == duisburg.SITE
    system, site = ("sap_ecc", duisburg) if is_first else ("odoo", greenville)
    materials = [product.material for product in site.PRODUCTS] + [material for material, *_ in site.RAW]
    suppliers = [supplier.key for supplier in (SAP_SUPPLIERS if is_first else ODOO_SUPPLIERS)]
    rows = [
        _row(entity, system, key, same.get(key, key), _LOOKS_LIKE.get(key))
        for entity, keys, same in (("material", materials, _SAME_MATERIALS), ("supplier", suppliers, _SAME_SUPPLIERS))
        for key in keys
    ]  # fmt: skip
    return rows + [row for machine in plant.machines for row in _machine(plant.site_code, machine, is_first)]


def _machine(site: str, machine: Machine, is_first: bool) -> list[Row]:
    elsewhere = (
        {"sap_ecc": machine.equnr.lstrip("0"), "cms": machine.code}
        if is_first
        else {"odoo": machine.work_centre, "opcua": f"{machine.line}/{machine.code}"}
    )
    return [
        _row("equipment", system, f"{site}-{key}", f"{site}-{machine.code}", None)
        for system, key in {"plant": machine.code, **elsewhere}.items()
    ]


def _row(entity: str, system: str, key: str, thing: str, looks_like: str | None) -> Row:
    return {
        "entity": entity, "source_system": system, "source_key": key, "thing": thing, "looks_like": looks_like,
    }  # fmt: skip
