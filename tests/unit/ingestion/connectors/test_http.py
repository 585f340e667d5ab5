"""REST services: every way of paging, busy and broken answers, as-of time, credentials."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.connectors.http import client as client_module
from ingestion.connectors.pull import pull
from ingestion.contracts import Contract
from ingestion.errors import PlantError, PullError
from ingestion.plant import Connection
from tests.unit.ingestion.connectors.service import Answer, Asked, Service, running
from tests.unit.ingestion.home import Home, column

RECORDS = [{"id": n, "value": n / 4} for n in range(1, 24)]
COLUMNS = [column("id", "BIGINT", key=1), column("value", "DOUBLE")]
Fetching = Callable[..., list[Path]]


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as service:
        yield service


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_FIRST_WAIT_S", 0.01)
    monkeypatch.setenv("API_SECRET", "s3cr3t")


@pytest.fixture
def fetch(home: Home, service: Service) -> Fetching:
    def fetching(contract: Contract, **options: Any) -> list[Path]:
        connection = Connection("http", {"url": f"{service.url}/v1", **options})
        home.source = replace(home.source, connection=connection)
        return pull(home.source, [contract], home.plant, home.settings)

    return fetching


def listed(
    home: Home, columns: Sequence[Mapping[str, Any]] = COLUMNS, table: str = "t", **extract: Any
) -> Contract:
    given = {"path": "values", "records": "data", **extract}
    return home.contract(
        columns, table, format="jsonl", files=f"{table}.*.jsonl", loadMode="upsert", extract=given
    )


PAGING = {
    "page": {"kind": "page", "param": "page", "sizeParam": "per_page", "size": 5},
    "offset": {"kind": "offset", "param": "offset"},
    "cursor": {"kind": "cursor", "param": "cursor", "path": "meta.cursor"},
    "next": {"kind": "next", "path": "next"},
    "link": {"kind": "link"},
}


@pytest.mark.parametrize("kind", PAGING)
def test_every_page_comes_once(home: Home, service: Service, fetch: Fetching, kind: str):
    service.pages(RECORDS, 5, kind)
    contract = listed(home, paging=PAGING[kind], total="total")
    (path,) = fetch(contract)
    assert [json.loads(line) for line in path.read_text().splitlines()] == RECORDS
    assert home.load(contract).rows_committed == len(RECORDS)
    assert {asked.path for asked in service.asked} == {"/v1/values"}
    assert fetch(contract) == [], "the same answer again is nothing new"


def test_whole_pages_are_landed_as_delivered(home: Home, service: Service, fetch: Fetching):
    exact = b'{\n "place": "Duisburg",\r\n "data": [{"id": 1, "value": 12.3400000000000000000001}]\n}'
    service.script(Answer(exact))
    contract = home.contract(
        [column("id", "BIGINT", key=1), column("value"), column("place", physicalName="../place")][:2],
        format="json",
        formatOptions={"records": "*/data/*"},
        files="t.*.json",
        loadMode="upsert",
        extract={"path": "values"},
    )
    (path,) = fetch(contract)
    assert b"12.3400000000000000000001" in path.read_bytes()
    assert home.load(contract).rows_committed == 1
    assert home.rows(contract, "id, value") == [(1, "12.3400000000000000000001")]


BROKEN = {
    "busy": Answer(status=503),
    "too many": Answer(status=429, headers={"Retry-After": "0"}),
    "error": Answer(b"<html>oops</html>", status=500),
    "cut": Answer({"data": RECORDS}, cut=20),
    "nothing": Answer({"data": RECORDS}, cut=0),
    "half a document": Answer(b'{"data": [{"id": 1'),
    "a page for people": Answer(b"<html>maintenance</html>"),
    "slow": Answer({"data": []}, delay_s=1),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_answer_is_asked_for_again(home: Home, service: Service, fetch: Fetching, kind: str):
    service.script(BROKEN[kind], BROKEN[kind], Answer({"data": RECORDS}))
    contract = listed(home)
    fetch(contract, timeout_s=0.3)
    assert home.load(contract).rows_committed == len(RECORDS)
    assert len(service.asked) == 3


@pytest.mark.parametrize("kind", BROKEN)
def test_a_service_that_stays_broken_lands_nothing(home: Home, service: Service, fetch: Fetching, kind: str):
    service.script(BROKEN[kind])
    with pytest.raises(PullError, match=r"sys__t: service 127\.0\.0\.1: GET /v1/values.*2 times in a row"):
        fetch(listed(home), timeout_s=0.2, attempts=2)
    assert list(home.inbox.iterdir()) == []


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_waited_for(home: Home, service: Service, fetch: Fetching, as_date: bool):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    service.script(Answer(status=429, headers={"Retry-After": at if as_date else "1"}), Answer({"data": []}))
    started = time.monotonic()
    fetch(listed(home))
    assert time.monotonic() - started > (0.3 if as_date else 1)


def test_waiting_has_a_limit(home: Home, service: Service, fetch: Fetching):
    service.script(Answer(status=503, headers={"Retry-After": "3600"}), Answer({"data": []}))
    started = time.monotonic()
    fetch(listed(home), max_wait_s=0.1)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"no such list", status=404), "status 404: no such list.*path and params"),
        (Answer(status=401), "status 401.*secret"),
        (Answer(status=302, headers={"Location": "https://new.example.org"}), r"set url to https://new"),
        (Answer({"items": []}), "no list of records at 'data'"),
        (Answer({"data": {"id": 1}}), "no list of records at 'data'"),
    ],
    ids=["404", "401", "302", "renamed", "object"],
)
def test_what_does_not_mend_itself_is_told_at_once(
    home: Home, service: Service, fetch: Fetching, answer: Answer, words: str
):
    service.script(answer)
    with pytest.raises(PullError, match=words):
        fetch(listed(home))
    assert len(service.asked) == 1


def test_a_list_that_changes_while_it_is_read_is_read_again(home: Home, service: Service, fetch: Fetching):
    """A record that goes shifts all behind it: without the second reading one would be missed."""
    service.pages(RECORDS, 5, "offset")
    steady = service.answer

    def changing(asked: Asked) -> Answer:
        if len(service.asked) == 3:
            service.pages(RECORDS[1:], 5, "offset")
            service.answer, changed = steady_after(service), service.answer
            return changed(asked)
        return steady(asked)

    def steady_after(service: Service):
        return service.answer

    service.answer = changing
    contract = listed(home, paging=PAGING["offset"], total="total")
    fetch(contract)
    home.load(contract)
    assert [row[0] for row in home.rows(contract, "id")] == [record["id"] for record in RECORDS[1:]]


def test_a_list_that_never_rests_is_told(home: Home, service: Service, fetch: Fetching):
    service.answer = lambda asked: Answer({"data": RECORDS[:1], "total": len(service.asked)})
    with pytest.raises(PullError, match="changed in each of 3 readings"):
        fetch(listed(home, paging=PAGING["offset"], total="total"))
    assert list(home.inbox.iterdir()) == []


def test_pages_without_end_are_told(home: Home, service: Service, fetch: Fetching):
    service.answer = lambda asked: Answer({"data": RECORDS[:1], "meta": {"cursor": "same"}})
    with pytest.raises(PullError, match="the pages have no end"):
        fetch(listed(home, paging=PAGING["cursor"]))


def test_credentials_stay_with_their_server(home: Home, service: Service, fetch: Fetching):
    service.answer = lambda asked: Answer({"data": RECORDS[:1], "next": "http://evil.example.org/values"})
    with pytest.raises(PullError, match=r"lies on another server, evil\.example\.org"):
        fetch(listed(home, paging=PAGING["next"]))


def test_the_next_fetch_begins_at_the_last_committed(home: Home, service: Service, fetch: Fetching):
    prices = [{"id": f"2026-03-01T{hour:02}:00:00Z", "value": hour} for hour in range(10)]

    def answer(asked: Asked) -> Answer:
        return Answer({"data": [price for price in prices if price["id"] >= asked.params["from"]]})

    service.answer = answer
    columns = [column("id", "TIMESTAMPTZ", key=1), column("value", "DOUBLE")]
    more = {
        "since": "id",
        "start": "2026-03-01",
        "lagWindowS": 7200,
        "params": {"from": "{since}", "zone": "DE"},
    }
    contract = listed(home, columns, **more)
    fetch(contract)
    (pending,) = fetch(contract)
    assert [path.name for path in home.inbox.iterdir()] == [pending.name], "what nobody committed is replaced"
    home.load(contract)
    prices[8]["value"] = 88  # corrected
    prices.append({"id": "2026-03-01T10:00:00Z", "value": 10})
    fetch(contract)
    home.load(contract)
    assert [asked.params["from"] for asked in service.asked] == [
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
        "2026-03-01T07:00:00Z",
    ]
    assert service.asked[0].params["zone"] == "DE"
    assert [row[0] for row in home.rows(contract, "value", order="id")] == [0, 1, 2, 3, 4, 5, 6, 7, 88, 9, 10]
    fetch(contract)
    home.load(contract)
    assert fetch(contract) == [], "the window has moved on once, now it rests"


def test_a_value_that_returns_is_news(home: Home, service: Service, fetch: Fetching):
    contract = listed(home)
    for value in (1.0, 2.0, 1.0, 1.0):
        service.script(Answer({"data": [{"id": 1, "value": value}]}))
        for path in fetch(contract):
            assert path.read_text().startswith(f'{{"id":1,"value":{value}}}')
        home.load(contract)
        assert home.rows(contract, "value") == [(value,)]


AUTH = [
    ({"bearer": {"env": "API_SECRET"}}, {"authorization": "Bearer s3cr3t"}),
    (
        {"basic": {"user": "me", "password": {"env": "API_SECRET"}}},
        {"authorization": "Basic bWU6czNjcjN0"},
    ),
    ({"headers": {"X-API-Key": {"env": "API_SECRET"}}}, {"x-api-key": "s3cr3t"}),
    ({"params": {"apikey": {"env": "API_SECRET"}}}, {"apikey": "s3cr3t"}),
]


@pytest.mark.parametrize(("auth", "sent"), AUTH, ids=["bearer", "basic", "header", "param"])
def test_credentials_go_with_every_page(
    home: Home, service: Service, fetch: Fetching, auth: dict[str, Any], sent: dict[str, str]
):
    service.pages(RECORDS[:10], 5, "link")
    fetch(listed(home, paging=PAGING["link"]), auth=auth)
    assert len(service.asked) == 2
    for asked in service.asked:
        assert sent.items() <= {**asked.headers, **asked.params}.items()


def test_the_rate_is_kept(home: Home, service: Service, fetch: Fetching):
    service.pages(RECORDS, 5, "next")
    started = time.monotonic()
    fetch(listed(home, paging=PAGING["next"]), requests_per_s=20)
    assert time.monotonic() - started >= 4 / 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "ftp://x"}, r"connection\.url is no address"),
        ({"urll": "x"}, r"unknown options \['urll'\]"),
        ({"auth": {"token": {"env": "A"}}}, r"auth has unknown entries \['token'\]"),
    ],
)
def test_wrong_options_are_told(home: Home, fetch: Fetching, options: dict[str, Any], words: str):
    with pytest.raises(PlantError, match=words):
        fetch(listed(home), **options)


@pytest.mark.parametrize(
    ("extract", "words"),
    [
        ({"params": {"from": "{since}"}}, "name the column in since"),
        ({"since": "value"}, "no TIMESTAMPTZ or DATE column"),
        ({"paging": {"kind": "carousel"}}, "paging.kind is 'carousel'"),
        ({"paging": {"kind": "page", "parm": "p"}}, r"paging has unknown entries \['parm'\]"),
        ({"records": None}, "format jsonl needs records"),
        ({"limit": 3}, r"unknown entries \['limit'\]"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_extract_is_told(home: Home, fetch: Fetching, extract: dict[str, Any], words: str):
    with pytest.raises(PullError, match=words):
        fetch(listed(home, **extract))
