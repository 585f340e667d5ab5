"""Master data of the ERP: MARA, MAKT, CRHD, CRTX, EQUI, EQKT, LFA1, KNA1, and what sap_plant_data.py adds.

Belongs here: full extracts of master tables. Does not belong here: anything that changes with production.
"""

from data.simulator.duisburg import PRODUCTS, RAW, SITE
from data.simulator.exporters.sap_format import matnr, number, record
from data.simulator.exporters.sap_plant_data import plant_records
from data.simulator.exporters.sap_sales import customer_records
from data.simulator.master_records import SAP_SUPPLIERS, gtin
from data.simulator.plant_model import Machine, PlantModel

ENGLISH = {
    "Drehmaschine": "Lathe", "Bearbeitungszentrum": "Machining centre", "Schleifmaschine": "Grinder",
    "Wälzfräsmaschine": "Gear hobber", "Waschanlage": "Washer", "Fügepresse": "Press", "Montagezelle": "Assembly cell",
    "Prüfstand": "Test bench",
}  # fmt: skip


def master_records(plant: PlantModel) -> dict[str, list[str]]:
    """Lines of all master tables."""
    tables: dict[str, list[str]] = {name: [] for name in ("MARA", "MAKT", "CRHD", "CRTX", "EQUI", "EQKT")}
    for product in PRODUCTS:
        kind = "FERT" if product.finished else "HALB"
        _material(
            tables,
            product.material,
            kind,
            (product.name, product.name_en),
            unit="ST",
            weight=product.weight_kg,
        )
    for material, german, english, unit in RAW:
        _material(tables, material, "ROH", (german, english), unit=unit, weight=1.0)
    for machine in plant.machines:
        _machine(tables, machine)
    return tables | plant_records(plant) | {"LFA1": _suppliers(), "KNA1": customer_records()}


def _material(tables: dict[str, list[str]], material: str, kind: str, names: tuple[str, str], *, unit: str,
              weight: float) -> None:  # fmt: skip
    key = {"MATNR": matnr(material)}
    tables["MARA"].append(record("MARA", {
        **key, "ERSDA": "20200101", "LAEDA": "20250901", "MTART": kind, "MATKL": f"{kind[0]}{material[0]}00", "MEINS": unit,
        "BRGEW": number(weight * 1.05), "NTGEW": number(weight), "GEWEI": "KG",
        "EAN11": gtin(material) or "",
    }))  # fmt: skip
    for language, name in zip("DE", names, strict=True):
        tables["MAKT"].append(record("MAKT", {**key, "SPRAS": language, "MAKTX": name}))


def _suppliers() -> list[str]:
    return [
        record("LFA1", {
            "LIFNR": supplier.key.zfill(10), "LAND1": supplier.country, "NAME1": supplier.name, "ORT01": supplier.city,
            "PSTLZ": supplier.postal_code, "STCEG": supplier.tax_no,
        }) for supplier in SAP_SUPPLIERS
    ]  # fmt: skip


def _machine(tables: dict[str, list[str]], machine: Machine) -> None:
    centre = {"OBJTY": "A", "OBJID": machine.objid}
    kind, number_text = machine.name.rsplit(" ", 1)
    names = {"D": machine.name, "E": f"{ENGLISH[kind]} {number_text}"}
    tables["CRHD"].append(record("CRHD", {
        **centre, "BEGDA": "20200101", "ENDDA": "99991231", "ARBPL": machine.work_centre, "WERKS": SITE, "VERWE": "0001",
    }))  # fmt: skip
    year = 2008 + machine.index % 12
    tables["EQUI"].append(record("EQUI", {
        "EQUNR": machine.equnr, "ERDAT": "20200101", "EQTYP": "M", "EQART": machine.equipment_class[:10].upper(),
        "HERST": "Werkzeugbau AG", "TYPBZ": f"WB-{machine.equipment_class[:3].upper()}-{year % 100:02d}",
        "SERGE": f"SN{70_000 + machine.index * 37}", "BAUJJ": str(year), "INBDT": f"{year + 1}0301",
        "OBJNR": f"IE{machine.equnr}",
    }))  # fmt: skip
    for language, name in names.items():
        tables["CRTX"].append(record("CRTX", {**centre, "SPRAS": language, "KTEXT": name}))
        tables["EQKT"].append(record("EQKT", {"EQUNR": machine.equnr, "SPRAS": language, "EQKTX": name}))
