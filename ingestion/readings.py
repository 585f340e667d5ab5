"""The one canonical reading: what a value of a tag looks like in raw, whatever system delivered it.

Belongs here: the columns that every table `<system>__readings` of a historian or a live source has, and the check
that a contract keeps to them. How codes become a status: typing/status.py. The demonstration plant's own export
(system pi_historian) came before this page and keeps its columns; its adapter in dbt maps them.

signal           VARCHAR      tag, path or series as the source names it
reading_at       TIMESTAMPTZ  time of the value at its source, UTC, cut to microseconds
reading_ns       INTEGER      nanoseconds that reading_at cuts off, 0 to 999 (only of sources that are that fine)
server_at        TIMESTAMPTZ  time at which the server took the value, if the source tells
value            DOUBLE       number; booleans are 0 and 1
value_text       VARCHAR      text, state, or an integer of 2**53 and beyond, digit by digit
status           VARCHAR      good, uncertain or bad
status_code      VARCHAR      the code that status was read from
is_substituted, is_questionable, is_clamped  BOOLEAN  flags of the quality
uom              VARCHAR      unit as the source names it
is_historical    BOOLEAN      delivered afterwards (HistoryRead, store and forward); only of live sources
is_server_time   BOOLEAN      the source gave no time: reading_at is the server's (or that of arrival); only of live sources
reading_date     DATE         UTC date of reading_at, the partition

Key: signal, reading_at and, where there is one, reading_ns. Load mode: append.
"""

from collections.abc import Mapping, Sequence

from ingestion.contracts import Contract

COLUMNS: Mapping[str, str] = {
    "signal": "VARCHAR",
    "reading_at": "TIMESTAMPTZ",
    "server_at": "TIMESTAMPTZ",
    "value": "DOUBLE",
    "value_text": "VARCHAR",
    "status": "VARCHAR",
    "status_code": "VARCHAR",
    "is_substituted": "BOOLEAN",
    "is_questionable": "BOOLEAN",
    "is_clamped": "BOOLEAN",
    "uom": "VARCHAR",
    "reading_date": "DATE",
}
OPTIONAL: Mapping[str, str] = {
    "reading_ns": "INTEGER",
    "is_historical": "BOOLEAN",
    "is_server_time": "BOOLEAN",
}
STATUSES = ("good", "uncertain", "bad")
TABLE = "readings"
FORERUNNER = "pi_historian"
REQUIRED = ("signal", "reading_at", "status", "reading_date")


def is_canonical(contract: Contract) -> bool:
    """True for contracts of which `deviations` must find nothing."""
    return contract.table == TABLE and contract.system != FORERUNNER


def deviations(contract: Contract) -> list[str]:
    """How a contract of readings differs from the canonical reading, in words; nothing if it agrees."""
    given = {column.name: column.type for column in contract.columns}
    known = {**COLUMNS, **OPTIONAL}
    found = [f"column {name} is missing" for name in COLUMNS if name not in given]
    found += [f"column {name} is not part of a reading" for name in given if name not in known]
    found += [
        f"column {name} is {kind}, not {known[name]}"
        for name, kind in given.items()
        if kind != known.get(name, kind)
    ]
    key = ("signal", "reading_at", *(("reading_ns",) if "reading_ns" in given else ()))
    wrong = {
        f"key is {', '.join(contract.key)}, not {', '.join(key)}": contract.key != key,
        "load mode is not append": contract.load_mode != "append",
        "reading_date is not the partition": contract.partition_by != ("reading_date",),
        f"status does not list {', '.join(STATUSES)}": _allowed(contract, "status") != STATUSES,
    }
    found += [problem for problem, present in wrong.items() if present]
    found += [f"column {name} is not required" for name in REQUIRED if not _required(contract, name)]
    return found


def _allowed(contract: Contract, name: str) -> Sequence[str]:
    return next((column.enum for column in contract.columns if column.name == name), ())


def _required(contract: Contract, name: str) -> bool:
    return any(column.required for column in contract.columns if column.name == name)
