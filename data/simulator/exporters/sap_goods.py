"""Goods movements and inspection lots of the ERP: MKPF, MSEG, QALS.

Belongs here: issues to orders, receipts from orders with reversals, lots for inspection; what suppliers deliver and
what is shipped. Does not belong here: when components are staged (planning.py), what was confirmed
(sap_confirmations.py), what was ordered (sap_purchases.py, sap_sales.py), balances (sap_stock.py).
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

import numpy as np

from data.simulator.duisburg import SITE, outside_repeated_hour, to_local
from data.simulator.events import DayLog, Issue, Rework, Trade
from data.simulator.exporters.sap_format import aufnr, dats, matnr, number, record, tims
from data.simulator.exporters.sap_purchases import Supply, history_line, supplies
from data.simulator.exporters.sap_sales import sales_lines
from data.simulator.exporters.sap_stock import UNITS, StockBook, place_of, price_of
from data.simulator.orders import Order, OrderBook
from data.simulator.work import Work

SHIPPING = 8 * 3_600_000  # after the start of the production day
Item = tuple[str, str, str, float, str]  # movement type, material, lot, quantity, unit
Entry = tuple[int, str, str]  # time, table, line


class GoodsLedger:
    """Numbers documents and inspection lots and keeps the lots that are open."""

    def __init__(self, seed: int, first_day: date) -> None:
        self.seed, self.first_day = seed, first_day
        self.stock = StockBook(seed)
        self.document = 4_900_000_000
        self.trade_document = 5_000_000_000
        self.lots: dict[int, int] = {}
        self.next_lot = 30_000_000_001

    def post(self, log: DayLog, works: Iterable[Work], book: OrderBook) -> list[Entry]:
        """All lines of a day for MKPF, MSEG and QALS."""
        rng = np.random.default_rng((self.seed, 20, log.day.toordinal()))
        lines: list[Entry] = []
        for order_number, issues in groupby(log.issues, key=lambda issue: issue.order):
            lines += self._issue(order_number, list(issues))
        for rework in log.reworks:
            lines += self._rework(rework)
        touched: dict[int, Order] = {}
        for work in works:
            if work.step is work.order.operations[-1] and work.good + work.rework:
                lines += self._receive(work, rng)
                touched[work.order.number] = work.order
        for order in touched.values():
            lines.append((log.end, "QALS", self._lot(order, log.end)))
        return lines

    def trade(self, log: DayLog) -> tuple[list[Entry], dict[str, list[str]]]:
        """Lines of a day for MKPF and MSEG, and for EKBE and the tables of sales; the log notes what came and went."""
        brought, leaving = self.stock.sold(log)
        if log.day == self.first_day:
            log.trades += [Trade(m, "opening", amount, log.start) for m, amount in self.stock.opening.items()]
        lines: list[Entry] = []
        history: list[str] = []
        for (at, _, _), moved in groupby(
            supplies(self.seed, log, self.first_day), key=lambda s: (s.at, s.movement, s.purchase.vendor)
        ):
            entries, followed = self._supply(at, list(moved), log)
            lines += entries
            history += followed
        for order in leaving:
            items = [("601", item.material, "", float(item.pieces), "ST") for item in order.items]
            log.trades += [
                Trade(material, "shipment", -pieces, log.start) for _, material, _, pieces, _ in items
            ]
            lines += self._book(self._trade_number(), log.start + SHIPPING, "WL", None, items)
        return lines, {"EKBE": history, **sales_lines(brought, leaving)}

    def _supply(self, at: int, moved: list[Supply], log: DayLog) -> tuple[list[Entry], list[str]]:
        number_ = self._trade_number()
        items = [(s.movement, s.item.material, "", float(s.quantity), UNITS[s.item.material]) for s in moved]
        for movement, material, _, amount, _ in items:
            kind, sign = ("supply", 1) if movement == "101" else ("return", -1)
            log.trades.append(Trade(material, kind, sign * amount, at))
        document = _key(number_, at)
        history = [history_line(supply, document, place) for place, supply in enumerate(moved, start=1)]
        return self._book(number_, at, "WE", None, items), history

    def _trade_number(self) -> int:
        self.trade_document += 1
        return self.trade_document

    def _issue(self, order: int, issues: list[Issue]) -> list[Entry]:
        items = [("261", i.material, i.lot, i.quantity, i.unit) for i in issues]
        return self._document(issues[0].at, "WA", order, items)

    def _rework(self, rework: Rework) -> list[Entry]:
        taken = ("261", rework.material, rework.lot, float(rework.pieces), "ST")
        given = ("101", rework.material, rework.goal, float(rework.pieces), "ST")
        return [
            *self._document(rework.at + 120_000, "WA", rework.order, [taken]),
            *self._document(rework.at + 180_000, "WE", rework.order, [given]),
        ]

    def _receive(self, work: Work, rng: np.random.Generator) -> list[Entry]:
        order = work.order
        quantity = work.good + work.rework
        order.received += quantity
        order.changed = max(order.changed, work.end)
        item = (order.product.material, order.lot, float(quantity), "ST")
        lines: list[Entry] = []
        if rng.random() < 0.03:
            wrong = (*item[:2], float(quantity + 100), "ST")
            lines += self._document(work.entered + 30_000, "WE", order.number, [("101", *wrong)])
            lines += self._document(work.entered + 60_000, "WE", order.number, [("102", *wrong)])
        return lines + self._document(work.entered + 90_000, "WE", order.number, [("101", *item)])

    def _document(self, at: int, kind: str, order: int, items: list[Item]) -> list[Entry]:
        self.document += 1
        return self._book(self.document, at, kind, order, items)

    def _book(self, document: int, at: int, kind: str, order: int | None, items: list[Item]) -> list[Entry]:
        """Lines of one document, and the stock after it."""
        entered = outside_repeated_hour(at, later=True)
        key = _key(document, entered)
        head = record("MKPF", {
            **key, "BLART": kind, "BLDAT": dats(entered), "BUDAT": dats(entered), "CPUDT": dats(entered),
            "CPUTM": tims(entered), "USNAM": "RFC_MES", "XBLNR": str(order or document),
        })  # fmt: skip
        lines: list[Entry] = [(at, "MKPF", head)]
        for position, (movement, material, lot, quantity, unit) in enumerate(items, start=1):
            direction = "S" if movement == "101" else "H"
            self.stock.stock[material] += quantity if direction == "S" else -quantity
            lines.append((at, "MSEG", record("MSEG", {
                **key, "ZEILE": f"{position:04d}", "BWART": movement, "MATNR": matnr(material), "WERKS": SITE,
                "LGORT": place_of(material), "CHARG": lot,
                "SHKZG": direction, "MENGE": number(quantity), "MEINS": unit, "AUFNR": aufnr(order) if order else "",
                "DMBTR": number(round(quantity * price_of(material), 2)), "WAERS": "EUR",
            })))  # fmt: skip
        return lines

    def _lot(self, order: Order, now: int) -> str:
        if order.number not in self.lots:
            self.lots[order.number] = self.next_lot
            self.next_lot += 1
        lot = self.lots[order.number]
        done = order.finished is not None
        scrap = order.operations[-1].scrap
        values = {
            "PRUEFLOS": f"{lot:012d}", "WERK": SITE, "ART": "04" if order.product.finished else "03",
            "ENSTEHDAT": dats(order.started), "MATNR": matnr(order.product.material), "AUFNR": aufnr(order.number),
            "CHARG": order.lot, "LOSMENGE": number(order.received + scrap), "MENGENEINH": "ST",
            "LMENGE01": number(order.received if done else 0), "LMENGE02": number(scrap if done else 0),
            "PASTRTERM": dats(order.started), "PAENDTERM": dats(order.finished),
        }  # fmt: skip
        if done:
            del self.lots[order.number]
        return record("QALS", values)


def _key(document: int, at: int) -> dict[str, str]:
    """Number and year of a material document."""
    return {"MBLNR": f"{document:010d}", "MJAHR": f"{to_local(at).year}"}
