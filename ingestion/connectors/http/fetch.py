"""One table of a REST service: ask page after page, land one file whose name carries the as-of time.

A list that changes while it is read shows itself by its total and is read again. A fetch with an as-of time replaces
what was landed but never committed; a service that only tells its present state cannot be asked again, so its landed
files stay.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingestion.connectors import landed
from ingestion.connectors.http.client import RestClient, ServiceError
from ingestion.connectors.http.paging import Request, first_request, inside, next_request
from ingestion.connectors.http.plan import Plan
from ingestion.connectors.pull import PullProgress
from ingestion.connectors.watermark import newest
from ingestion.lake.locks import exclusive
from ingestion.lake.read import held_rows
from ingestion.plant import Source
from ingestion.session import connect
from ingestion.settings import Settings

_READINGS = 3
_MAX_PAGES = 100_000


class _ListChangedError(Exception):
    """The total of a list changed between two pages, or does not fit what came."""


@dataclass(frozen=True)
class _Page:
    body: str
    records: list[Any]


class Fetch:
    """One table of one source."""

    def __init__(
        self, plan: Plan, source: Source, settings: Settings, client: RestClient, progress: PullProgress
    ) -> None:
        self._plan = plan
        self._contract = plan.contract
        self._source = source
        self._settings = settings
        self._client = client
        self._progress = progress

    def run(self) -> Path | None:
        """The landed file, None if the answer is what was committed last; ServiceError."""
        with exclusive(self._settings.lake, f"fetch_{self._contract.raw_name}"):
            landed.remove_parts(self._source.path, f"{self._contract.table}.")
            now = datetime.now(UTC)
            name = f"{self._contract.table}.{now:%Y%m%dT%H%M%S.%f}Z{self._plan.suffix}"
            part = landed.part_path(self._source.path, name)
            try:
                count = self._read(part, self._request(now))
                return self._land(part, self._source.path / name, count)
            finally:
                part.unlink(missing_ok=True)

    def _request(self, now: datetime) -> Request:
        """The first page's request, with the as-of time in its parameters."""
        since = self._since()
        marks = {"{now}": self._plan.shown(now), "{since}": self._plan.shown(since) if since else ""}
        params = {}
        for name, value in self._plan.params.items():
            text = str(value)
            for mark, shown in marks.items():
                text = text.replace(mark, shown)
            params[name] = text
        return first_request(self._plan.path, params, self._plan.paging)

    def _since(self) -> datetime | None:
        column = self._plan.since
        columns, rows = held_rows(self._contract, self._settings)
        if column is None or column.name not in columns:
            return self._plan.start
        connection = connect(self._settings, self._settings.scratch)
        try:
            latest = newest(connection, rows, column)
        finally:
            connection.close()
        if isinstance(latest, date) and not isinstance(latest, datetime):
            latest = datetime(latest.year, latest.month, latest.day, tzinfo=UTC)
        return latest - self._plan.lag if isinstance(latest, datetime) else self._plan.start

    def _read(self, part: Path, request: Request) -> int:
        """Write all pages; the number of records."""
        for _ in range(_READINGS):
            try:
                with part.open("wb") as out:
                    return self._write(out, self._pages(request))
            except _ListChangedError:
                self._progress(f"{self._contract.raw_name}: the list changed while it was read, once more")
        step = "ask for a closed period by params, or set a sort order that new records do not disturb."
        raise ServiceError(f"the list changed in each of {_READINGS} readings", step)

    def _write(self, out: BinaryIO, pages: Iterator[_Page]) -> int:
        count = 0
        for number, page in enumerate(pages):
            count += len(page.records)
            if self._plan.whole_pages:
                # in JSON line breaks stand between tokens only: each page keeps its text, on one line
                body = page.body.replace("\r", " ").replace("\n", " ")
                out.write((",\n" if number else "[").encode() + body.encode())
            else:
                out.writelines(_line(record) for record in page.records)
        if self._plan.whole_pages:
            out.write(b"]\n")
        return count

    def _pages(self, request: Request) -> Iterator[_Page]:
        following: Request | None = request
        asked: set[str] = set()
        count, total = 0, None
        while following is not None:
            mark = f"{following.address} {sorted(following.params.items())}"
            if mark in asked or len(asked) >= _MAX_PAGES:
                raise ServiceError("the pages have no end", "check paging of extract in the contract.")
            asked.add(mark)
            response, document = self._client.get(following)
            records = self._records(document)
            count += len(records)
            total = self._total(document, total)
            following = next_request(following, self._plan.paging, response, document, len(records))
            if records or following is not None or len(asked) == 1:
                yield _Page(response.text.removeprefix("\ufeff"), records)
        if total is not None and count != total:
            raise _ListChangedError

    def _records(self, document: Any) -> list[Any]:
        if self._plan.records is None:
            return [document]
        found = inside(document, self._plan.records)
        if not isinstance(found, list):
            step = "check records of extract in the contract, and what the service answers."
            raise ServiceError(f"no list of records at {self._plan.records or 'the top'!r}", step)
        return found

    def _total(self, document: Any, before: int | None) -> int | None:
        found = inside(document, self._plan.total) if self._plan.total else None
        if not isinstance(found, int):
            return before
        if before is not None and found != before:
            raise _ListChangedError
        return found

    def _land(self, part: Path, target: Path, count: int) -> Path | None:
        contract, settings = self._contract, self._settings
        if not count and not self._plan.whole_pages:
            return None
        if landed.digest(part) == landed.last_committed(contract, settings)[1]:
            return None
        landed.make_new(part, contract, settings)
        if self._plan.since is not None:
            return landed.replace_uncommitted(part, target, contract, self._source, settings)
        return landed.publish(part, target)


def _line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
