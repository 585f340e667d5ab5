"""Order tables of the ERP: AUFK, AFKO, AFPO, AFVC, AFVV, as the orders stand at export time.

Belongs here: fields of orders and operations. Does not belong here: confirmations (sap_confirmations.py).
"""

from data.simulator.duisburg import SITE
from data.simulator.exporters.sap_format import Values, aufnr, dats, matnr, number, record
from data.simulator.orders import Order, OrderOperation


def order_records(order: Order) -> dict[str, list[str]]:
    """Lines of the five order tables for one order."""
    steps = order.operations
    return {
        "AUFK": [record("AUFK", _aufk(order))],
        "AFKO": [record("AFKO", _afko(order))],
        "AFPO": [record("AFPO", _afpo(order))],
        "AFVC": [record("AFVC", _afvc(order, step)) for step in steps],
        "AFVV": [record("AFVV", _afvv(order, step)) for step in steps],
    }


def _aufk(order: Order) -> Values:
    return {
        "AUFNR": aufnr(order.number), "AUART": "PP01", "AUTYP": "10", "ERDAT": dats(order.created),
        "AEDAT": dats(order.changed), "KTEXT": order.product.name, "BUKRS": SITE, "WERKS": SITE,
        "OBJNR": f"OR{aufnr(order.number)}", "IDAT1": dats(order.released), "IDAT2": dats(order.finished),
    }  # fmt: skip


def _afko(order: Order) -> Values:
    due = order.due.strftime("%Y%m%d")
    return {
        "AUFNR": aufnr(order.number), "AUFPL": f"{order.routing_number:010d}", "PLNBEZ": matnr(order.product.material),
        "GAMNG": number(order.quantity), "GMEIN": "ST", "IGMNG": number(order.operations[-1].good),
        "IASMG": number(sum(step.scrap for step in order.operations)), "GSTRP": dats(order.released), "GLTRP": due,
        "GSTRS": dats(order.released), "GLTRS": due,
        "GSTRI": dats(order.started), "GETRI": dats(order.finished), "GLTRI": dats(order.finished),
        "FTRMI": dats(order.released), "RSNUM": f"{order.number:010d}",
    }  # fmt: skip


def _afpo(order: Order) -> Values:
    return {
        "AUFNR": aufnr(order.number), "POSNR": "0001", "MATNR": matnr(order.product.material),
        "PSMNG": number(order.quantity), "PSAMG": number(0), "WEMNG": number(order.received), "MEINS": "ST",
        "DWERK": SITE, "LGORT": "0002" if order.product.finished else "0001", "CHARG": order.lot,
        "LTRMI": dats(order.finished), "ELIKZ": "X" if order.finished is not None else "",
    }  # fmt: skip


def _operation_key(order: Order, step: OrderOperation) -> Values:
    return {"AUFPL": f"{order.routing_number:010d}", "APLZL": f"{step.counter:08d}"}


def _afvc(order: Order, step: OrderOperation) -> Values:
    return {
        **_operation_key(order, step), "VORNR": step.operation.vornr, "ARBID": step.machine.objid, "STEUS": "PP01",
        "LTXA1": step.operation.text, "WERKS": SITE, "RUECK": f"{order.confirmation_number(step):010d}",
        "OBJNR": f"OV{order.routing_number:010d}{step.counter:08d}",
    }  # fmt: skip


def _afvv(order: Order, step: OrderOperation) -> Values:
    run = step.operation.machine_min_per_100
    return {
        **_operation_key(order, step), "MEINH": "ST", "BMSCH": number(100), "VGE01": "MIN",
        "VGW01": number(step.operation.setup_min), "VGE02": "MIN", "VGW02": number(run), "VGE03": "MIN",
        "VGW03": number(run), "MGVRG": number(order.quantity), "LMNGA": number(step.good), "XMNGA": number(step.scrap),
        "RMNGA": number(step.rework), "SSAVD": dats(order.released), "SSEDD": order.due.strftime("%Y%m%d"),
    }  # fmt: skip
