"""The contracts of energy prices, weather and supply alerts against a service of their shape, from the request to raw."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from ingestion.connectors.pull import pull
from ingestion.contracts import SOURCES, Contract, load_contract
from ingestion.plant import Connection
from tests.unit.ingestion.connectors.service import Answer, Asked, Service, running
from tests.unit.ingestion.home import Home


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as service:
        yield service


def take(home: Home, service: Service, contract: Contract) -> int:
    connection = Connection("http", {"url": service.url})
    home.source = replace(home.source, system=contract.system, connection=connection)
    pull(home.source, [contract], home.plant, home.settings)
    load = home.load(contract)
    assert not load.with_status("held"), load.batches
    assert not load.rows_quarantined
    return load.rows_committed


def test_energy_prices(home: Home, service: Service):
    prices = [
        {
            "zone": "DE-LU",
            "delivery_start": f"2026-03-{1 + n // 24:02}T{n % 24:02}:00:00Z",
            "delivery_end": f"2026-03-{1 + (n + 1) // 24:02}T{(n + 1) % 24:02}:00:00Z",
            "price": (n - 20) / 4,
            "currency": "EUR",
        }
        for n in range(96)
    ]

    def answer(asked: Asked) -> Answer:
        assert asked.params["zone"] == "DE-LU"
        wanted = [price for price in prices if price["delivery_start"] >= asked.params["from"]]
        first = int(asked.params.get("cursor", 0))
        following = first + 40 if first + 40 < len(wanted) else None
        return Answer(
            {"data": wanted[first : first + 40], "meta": {"next_cursor": following, "total": len(wanted)}}
        )

    service.answer = answer
    contract = load_contract(SOURCES / "energy_prices" / "day_ahead.contract.yml")
    assert take(home, service, contract) == 96
    assert len(service.asked) == 3
    assert take(home, service, contract) == 49, "two days are asked for again"
    assert service.asked[-1].params["from"] == "2026-03-02T23:00:00Z"
    prices[95]["price"] = 1000.1234
    take(home, service, contract)
    assert home.rows(contract, "count(*), max(price), min(price)", order="1") == [
        (96, Decimal("1000.1234"), Decimal("-5.0000"))
    ]


def test_weather(home: Home, service: Service):
    def observation(hour: int) -> dict[str, object]:
        values = {"temperature": -3.5 + hour, "humidity": 80, "radiation": 0}
        return {"station": "D1", "observed_at": f"2026-03-01T{hour:02}:00:00Z", "values": values}

    def answer(asked: Asked) -> Answer:
        page = int(asked.params.get("page", 0))
        link = {"Link": f'<{service.url}/observations?page={page + 1}>; rel="next"'} if page < 2 else {}
        return Answer({"observations": [observation(page * 2), observation(page * 2 + 1)]}, headers=link)

    service.answer = answer
    contract = load_contract(SOURCES / "weather" / "observations.contract.yml")
    assert take(home, service, contract) == 6
    assert service.asked[0].params["from"] == "2024-01-01T00:00:00Z"
    assert home.rows(contract, "count(*), max(temperature_c), count(wind_speed_ms)", order="1") == [
        (6, 1.5, 0)
    ]
    assert take(home, service, contract) == 0


def test_supply_alerts(home: Home, service: Service):
    def alert(number: int, updated_at: str, **changed: object) -> dict[str, object]:
        subject = {"supplier_no": f"10{number}", "country": "DE"}
        state = {"kind": "strike", "severity": "warning", "status": "open", "expected_delay_days": 4}
        texts = {"headline": "Ports are on strike", "started_at": "2026-03-01T00:00:00Z"}
        return {"id": f"A{number}", "subject": subject, **state, **texts, "updated_at": updated_at, **changed}

    alerts = [alert(n, f"2026-03-01T{n:02}:00:00Z") for n in range(5)]

    def answer(asked: Asked) -> Answer:
        wanted = [one for one in alerts if str(one["updated_at"]) >= asked.params["updated_from"]]
        first = int(asked.params.get("offset", 0))
        more = f"{service.url}/alerts?updated_from={asked.params['updated_from']}&offset={first + 2}"
        links = {"next": more} if first + 2 < len(wanted) else {}
        return Answer({"alerts": wanted[first : first + 2], "links": links})

    service.answer = answer
    contract = load_contract(SOURCES / "supply_alerts" / "alerts.contract.yml")
    assert take(home, service, contract) == 5
    assert len(service.asked) == 3
    assert "as_of" in service.asked[0].params
    alerts[1] = alert(
        1, "2026-03-02T06:00:00Z", status="closed", expected_delay_days=None, ended_at="2026-03-02T05:00:00Z"
    )
    assert take(home, service, contract) == 3, "the one that is over, and the last hour again"
    shown = home.rows(contract, "alert_id, supplier_no, status, expected_delay_d", order="1")
    assert shown[:2] == [("A0", "100", "open", 4.0), ("A1", "101", "closed", None)]
    assert len(shown) == 5
