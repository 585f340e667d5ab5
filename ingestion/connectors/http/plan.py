"""What a contract says about its request to a REST service, checked.

The customProperty `extract` of a contract of format json (whole pages) or jsonl (one line per record):

    path        path below the connection's url
    params      request parameters; {since} and {now} stand for times in the notation `time`
    records     dotted path of the records in a page, e.g. data.items; without it: the page itself
    paging      kind: page | offset | cursor | next | link, see paging.py; without it: one page
    total       dotted path of the number of all records: a list that changes while it is read is read again
    since       column of the contract whose newest committed value is the as-of time {since}
    lagWindowS  seconds before it that are asked for again; 0 if absent
    start       {since} as long as nothing is held: ISO 8601
    time        iso (default), date, epoch_s, epoch_ms or a strftime pattern, in UTC

Format json: the file is an array of pages as delivered, so formatOptions.records begins with */.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ingestion.connectors.http.paging import PAGING
from ingestion.contracts import Column, Contract
from ingestion.errors import ContractError

_KNOWN = {"path", "params", "records", "paging", "total", "since", "lagWindowS", "start", "time"}
_SUFFIX = {"json": ".json", "jsonl": ".jsonl"}


@dataclass(frozen=True)
class Plan:
    """How one table is requested."""

    contract: Contract
    path: str
    params: Mapping[str, Any]
    records: str | None
    paging: Mapping[str, Any] = field(default_factory=dict)
    total: str = ""
    since: Column | None = None
    lag: timedelta = timedelta(0)
    start: datetime | None = None
    time: str = "iso"

    @property
    def whole_pages(self) -> bool:
        """True if pages are landed as delivered, False if their records are."""
        return self.contract.format == "json"

    @property
    def suffix(self) -> str:
        """Ending of landed files."""
        return _SUFFIX[self.contract.format]

    def shown(self, moment: datetime) -> str:
        """A time as the service wants it."""
        utc = moment.astimezone(UTC)
        if self.time == "iso":
            return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.time == "date":
            return utc.date().isoformat()
        if self.time in ("epoch_s", "epoch_ms"):
            return str(int(utc.timestamp() * (1000 if self.time == "epoch_ms" else 1)))
        return utc.strftime(self.time)


def plan_of(contract: Contract) -> Plan:
    """Read and check `extract`; ContractError names what is wrong."""
    raw = contract.extract or {}
    since = next((column for column in contract.columns if column.name == raw.get("since")), None)
    _check(contract, raw, since)
    start = raw.get("start")
    return Plan(
        contract=contract,
        path=str(raw.get("path") or ""),
        params=dict(raw.get("params") or {}),
        records=None if raw.get("records") is None else str(raw["records"]),
        paging=dict(raw.get("paging") or {}),
        total=str(raw.get("total") or ""),
        since=since,
        lag=timedelta(seconds=float(raw.get("lagWindowS", 0))),
        start=_moment(contract, start) if start is not None else None,
        time=str(raw.get("time", "iso")),
    )


def _moment(contract: Contract, text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise _wrong(contract, f"start is {text!r}, no ISO 8601 time.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _check(contract: Contract, raw: Mapping[str, Any], since: Column | None) -> None:
    unknown = sorted(set(raw) - _KNOWN)
    paging = raw.get("paging") or {}
    kind = paging.get("kind")
    suffix = _SUFFIX.get(contract.format, "")
    sample = f"{contract.table}.20260101T000000.000000Z{suffix}"
    asked = "{since}" in str(raw.get("params") or {})
    known = PAGING.get(str(kind), frozenset())
    problems = {
        f"unknown entries {unknown}, there are {', '.join(sorted(_KNOWN))}.": bool(unknown),
        f"format is {contract.format}, responses are landed as json or jsonl.": not suffix,
        f"files: {contract.files!r} does not match landed files such as {sample}.": not fnmatch(
            sample, contract.files
        ),
        f"paging.kind is {kind!r}, not one of {', '.join(PAGING)}.": bool(paging) and kind not in PAGING,
        f"paging has unknown entries {sorted(set(paging) - known - {'kind'})}.": kind in PAGING
        and bool(set(paging) - known - {"kind"}),
        f"paging by {kind} needs records, to know a page that is empty.": kind in ("page", "offset")
        and raw.get("records") is None,
        "format jsonl needs records.": contract.format == "jsonl" and raw.get("records") is None,
        f"since is {raw.get('since')!r}, no TIMESTAMPTZ or DATE column of the contract.": "since" in raw
        and (since is None or since.type not in ("TIMESTAMPTZ", "DATE")),
        "params use {since}: name the column in since, and start for the first time.": asked
        and not ("since" in raw and "start" in raw),
        "since needs loadMode upsert: what is asked for again must not double.": "since" in raw
        and contract.load_mode != "upsert",
    }
    for problem, present in problems.items():
        if present:
            raise _wrong(contract, problem)


def _wrong(contract: Contract, problem: str) -> ContractError:
    return ContractError(
        contract.path or Path(contract.raw_name), f"extract: {problem}", "mend extract in the contract."
    )
