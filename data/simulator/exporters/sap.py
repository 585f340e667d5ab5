"""Exports of the ERP: which SAP tables are delivered when, with which overlap and which faults.

Belongs here: files, windows and faults. Does not belong here: the content of the tables (sap_*.py).
"""

from collections.abc import Callable
from datetime import date

import numpy as np

from data.simulator.events import DayLog
from data.simulator.exporters.files import Landing
from data.simulator.exporters.sap_confirmations import Posting, falsified, postings_of
from data.simulator.exporters.sap_format import COLUMNS
from data.simulator.exporters.sap_goods import GoodsLedger
from data.simulator.exporters.sap_maintenance import NotificationBook
from data.simulator.exporters.sap_master import master_records
from data.simulator.exporters.sap_orders import order_records
from data.simulator.exporters.sap_purchases import order_lines
from data.simulator.exporters.sap_stock import valuations
from data.simulator.faults import CORRECTED, QUARANTINED, Draft, Fault, Mark, pick, with_field
from data.simulator.orders import OrderBook
from data.simulator.plant_model import PlantModel
from data.simulator.work import works_of

MINUTE, DAY = 60_000, 86_400_000
OVERLAP_MS = 2 * DAY
ORDER_TABLES = ("AUFK", "AFKO", "AFPO", "AFVC", "AFVV")
REEXPORT_EVERY, REEXPORT_DAY = 30, 9
SPOILT = {
    "AFRU": (
        ("ISDD", "20251340", "bad_date", "type:isdd"),
        ("LMNGA", "12,3,4", "garbage_number", "type:lmnga"),
        ("RMZHL", "", "missing_key", "required:rmzhl"),
        ("LMNGA", "9.999.999,000", "out_of_range", "range:lmnga"),
    ),
    "MSEG": (
        ("SHKZG", "?", "unknown_code", "set:shkzg"),
        ("MENGE", "5,000-", "negative_quantity", "range:menge"),
        ("MENGE", "n/a", "garbage_number", "type:menge"),
    ),
    "AFKO": (("GLTRP", "31.12.", "bad_date", "type:gltrp"),),
    "MKPF": (("CPUTM", "256199", "impossible_time", "type:cputm"),),
    "AFVC": (("ARBID", "XYZ", "garbage_code", "pattern:arbid"),),
}
Choice = tuple[Mark, Callable[[str], str]]


class SapExporter:
    """Writes one day of SAP files; document numbers, open notifications and the overlap run on from day to day."""

    def __init__(
        self, plant: PlantModel, book: OrderBook, landing: Landing, seed: int, first_day: date
    ) -> None:
        self.plant, self.book, self.landing, self.seed, self.first_day = plant, book, landing, seed, first_day
        self.goods = GoodsLedger(seed, first_day)
        self.notifications = NotificationBook(plant)
        self.recent: dict[str, list[tuple[int, str, Mark | None]]] = {}

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""
        rng = np.random.default_rng((self.seed, 21, log.day.toordinal()))
        number = (log.day - self.first_day).days
        self._forget(log.start - DAY)
        works = works_of(log, self.book)
        produced = self.goods.post(log, works, self.book)
        traded, followed = self.goods.trade(log)
        for at, table, line in (*produced, *traded, *self.notifications.post(log)):
            self.recent.setdefault(table, []).append((at, line, None))
        self._deliver_sound(log, followed, number)
        slips = np.random.default_rng((self.seed, 22, log.day.toordinal()))
        postings = postings_of(log, works, rng, slips)
        if number % REEXPORT_EVERY != REEXPORT_DAY:
            self._confirm(postings)
            return self._deliver(log, rng, number)
        before = list(self.recent.get("AFRU", []))
        self._confirm(falsified(postings, rng))
        faults = self._deliver(log, rng, number)
        self.recent["AFRU"] = list(before)
        self._confirm(postings)
        again = self._draft("AFRU", log, self.recent["AFRU"][len(before) :], "_R1")
        return faults + again.write(self.landing, log.end + 6 * 60 * MINUTE)

    def _confirm(self, postings: list[Posting]) -> None:
        self.recent.setdefault("AFRU", []).extend((p.work.entered, p.line(), p.mark) for p in postings)

    def _forget(self, before: int) -> None:
        for table, rows in self.recent.items():
            self.recent[table] = [row for row in rows if row[0] >= before]

    def _deliver(self, log: DayLog, rng: np.random.Generator, number: int) -> list[Fault]:
        tables = {name: list(rows) for name, rows in self.recent.items()}
        for order in self.book.orders.values():
            if order.changed >= log.end - OVERLAP_MS:
                for name, lines in order_records(order).items():
                    tables.setdefault(name, []).extend((order.changed, line, None) for line in lines)
        tables.setdefault("AUFK", []).extend((at, line, None) for at, line in self.notifications.orders)
        drafts = [self._draft(name, log, rows, "") for name, rows in tables.items() if rows]
        for draft in drafts:
            self._spoil(draft, rng)
        if number % 7 == 0:
            rows_of = master_records(self.plant)
            drafts += [
                self._draft(name, log, [(0, line, None) for line in lines], "")
                for name, lines in rows_of.items()
            ]
        at = log.end + 25 * MINUTE
        return [f for n, draft in enumerate(drafts) for f in draft.write(self.landing, at + n * 1000)]

    def _deliver_sound(self, log: DayLog, followed: dict[str, list[str]], number: int) -> None:
        """Small tables without faults: purchases, sales, balances, costs."""
        tables = order_lines(self.seed, log, self.first_day) | followed | {
            "MARD": self.goods.stock.balances(), "COEP": self.notifications.costs,
            "MBEW": valuations() if number % 7 == 0 else [],
        }  # fmt: skip
        written = {name: lines for name, lines in tables.items() if lines}
        for n, (name, lines) in enumerate(written.items()):
            rows: list[tuple[int, str, Mark | None]] = [(0, line, None) for line in lines]
            self._draft(name, log, rows, "").write(self.landing, log.end + 35 * MINUTE + n * 1000)

    def _draft(self, table: str, log: DayLog, rows: list[tuple[int, str, Mark | None]], suffix: str) -> Draft:
        header = COLUMNS[table].replace(" ", ";")
        file = f"sap_ecc/{table}_{log.day:%Y%m%d}{suffix}.csv"
        draft = Draft(f"sap_ecc__{table.lower()}", file, header, "cp1252")
        for _, line, mark in rows:
            draft.add(line, mark)
        return draft

    def _spoil(self, draft: Draft, rng: np.random.Generator) -> None:
        table = draft.file.removeprefix("sap_ecc/").split("_")[0]
        pick(rng, _choices(table), 0.5, draft)
        if rng.random() < 0.3:
            draft.spoil(
                rng, Mark("exact_duplicate", CORRECTED, "key", "the same record twice in a file"), str
            )
        if table == "AFRU" and rng.random() < 0.12:
            draft.truncate()


def _choices(table: str) -> list[Choice]:
    """Ways to spoil a record of a table."""
    extra = Mark("malformed_row", QUARANTINED, "malformed_row", "one field too many")
    fields = (("MANDT", "", "missing_key", "required:mandt"), *SPOILT.get(table, ()))
    return [(extra, lambda record: f"{record};x"), *(_field(table, *entry) for entry in fields)]


def _field(table: str, name: str, value: str, kind: str, rule: str) -> Choice:
    position = COLUMNS[table].split().index(name)
    return Mark(kind, QUARANTINED, rule, f"{name} = {value!r}"), with_field(position, value, ";")
