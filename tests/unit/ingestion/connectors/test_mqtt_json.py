"""Plain JSON topics: rules of the plant file, and what each message becomes by them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.connectors.mqtt.json_rules import JsonTopics
from ingestion.connectors.mqtt.options import MqttOptions, TopicRule, mqtt_options
from ingestion.connectors.mqtt.readings import Arrival, Output, Row, record_batch
from ingestion.connectors.mqtt.setup import filters_of, last_word_of, login_of
from ingestion.errors import PlantError
from ingestion.plant import Connection, Plant, Source
from ingestion.settings import Settings
from tests.unit.ingestion.home import SITE

NOW = 1_700_000_100_000_000
AT_MS = 1_700_000_000_123
HISTORIAN = TopicRule(topic="umh/v1/+/+/+/+/_historian/#")


def read(payload: Any, topic: str = "umh/v1/acme/ulm/l1/c1/_historian/press", *rules: TopicRule) -> list[Row]:
    out = Output()
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    JsonTopics(rules or (HISTORIAN,)).take(Arrival(NOW, topic, raw), out)
    record_batch(out.rows)
    return out.rows


def values(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [(row.signal, row.value, row.value_text, row.status, row.status_code) for row in rows]


def why(rows: list[Row]) -> str:
    (row,) = rows
    assert (row.signal, row.status_code) == (None, "not_decoded")
    told = json.loads(row.value_text or "")
    assert told["topic"].startswith("umh/")
    return str(told["why"][0])


def test_every_tag_of_a_message_is_a_signal() -> None:
    rows = read(
        {"timestamp_ms": AT_MS, "temp": 21.5, "on": True, "pos": {"x": 1, "y": -2}, "note": "ä", "z": None}
    )
    head = "umh/v1/acme/ulm/l1/c1/_historian/press"
    assert values(rows) == [
        (f"{head}/temp", 21.5, None, "good", None),
        (f"{head}/on", 1.0, None, "good", None),
        (f"{head}/pos.x", 1.0, None, "good", None),
        (f"{head}/pos.y", -2.0, None, "good", None),
        (f"{head}/note", None, "ä", "good", None),
        (f"{head}/z", None, None, "bad", "null"),
    ]
    assert {row.reading_at for row in rows} == {AT_MS * 1000}
    assert not any(row.is_historical for row in rows)


def test_one_value_by_path_with_unit_status_and_a_name_of_its_own() -> None:
    rule = TopicRule(
        topic="umh/+/+/#",
        signal="{2}.{3}:{tail}",
        timestamp="meta.t",
        timestamp_unit="iso",
        values=("data.v",),
        uom="meta.u",
        status="meta.q",
        status_notation="opc_classic",
    )
    payload = {"meta": {"t": "2025-03-30T02:30:00.123456+02:00", "u": "bar", "q": 216}, "data": {"v": 3}}
    (row,) = read(payload, "umh/v1/acme/l1/p", rule)
    assert (row.signal, row.value, row.uom) == ("v1.acme:l1/p", 3.0, "bar")
    assert (row.status, row.status_code, row.is_substituted) == ("good", "216", True)
    assert row.reading_at == 1_743_294_600_123_456


@pytest.mark.parametrize(
    ("unit", "raw", "micros"),
    [
        ("s", 1_700_000_000, 1_700_000_000_000_000),
        ("s", 1_700_000_000.25, 1_700_000_000_250_000),
        ("ms", "1700000000123", AT_MS * 1000),
        ("us", 1_700_000_000_123_456, 1_700_000_000_123_456),
        ("ns", 1_700_000_000_123_456_789, 1_700_000_000_123_456),
        ("iso", "2023-11-14T22:13:20Z", 1_700_000_000_000_000),
        ("ms", -1, -1000),
    ],
)
def test_times_in_every_unit(unit: Any, raw: Any, micros: int) -> None:
    (row,) = read({"t": raw, "v": 1}, "umh/a", TopicRule(topic="umh/a", timestamp="t", timestamp_unit=unit))
    assert row.reading_at == micros


@pytest.mark.parametrize(
    ("unit", "raw", "reason"),
    [
        ("ms", "soon", "is no number"),
        ("ms", True, "is no number"),
        ("ms", [1], "is no number"),
        ("ms", float("nan"), "is not in ms since 1970"),
        ("ms", 1_700_000_000_000_000_000, "is not in ms since 1970"),
        ("ms", 1_700_000_000_123_456, "is not in milliseconds since 1970"),
        ("iso", "2023-11-14T22:13:20", "has no offset"),
        ("iso", "14.11.2023", "is not in ISO 8601"),
        ("iso", 5, "is not in ISO 8601"),
    ],
)
def test_a_time_that_is_none_is_put_aside(unit: Any, raw: Any, reason: str) -> None:
    rule = TopicRule(topic="umh/a", timestamp="t", timestamp_unit=unit)
    assert reason in why(read({"t": raw, "v": 1}, "umh/a", rule))


def test_without_a_time_the_arrival_counts_and_is_doubted_unless_the_rule_says_so() -> None:
    (row,) = read({"v": 1})
    assert (row.reading_at, row.status, row.status_code, row.is_questionable) == (
        NOW,
        "uncertain",
        "no_timestamp",
        True,
    )
    (row,) = read(b"23.5", "umh/a", TopicRule(topic="umh/a", timestamp=None))
    assert (row.signal, row.value, row.reading_at, row.status) == ("umh/a", 23.5, NOW, "good")


def test_a_list_of_messages() -> None:
    rows = read([{"timestamp_ms": 1, "v": 1}, {"timestamp_ms": 2, "v": 2}])
    assert [(row.reading_at, row.value) for row in rows] == [(1000, 1.0), (2000, 2.0)]
    assert read([]) == []


def test_numbers_keep_their_digits() -> None:
    rows = read(
        b'{"timestamp_ms": 1, "a": 9007199254740993, "b": NaN, "c": 1e999, "d": [1, 2], "e": 1%s}'
        % (b"0" * 400)
    )
    assert [(row.value, row.value_text, row.status) for row in rows[:4]] == [
        (9007199254740992.0, "9007199254740993", "good"),
        (None, "NaN", "bad"),
        (None, "Infinity", "bad"),
        (None, "[1, 2]", "good"),
    ]
    assert (rows[4].value, len(rows[4].value_text or "")) == (None, 401)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'"\\ud800"', "no JSON"),
        (b"[1, 2]", "must hold objects only"),
        (b'{"timestamp_ms": 1}', "no value at *"),
    ],
)
def test_what_cannot_be_read_is_put_aside(payload: bytes, reason: str) -> None:
    assert reason in why(read(payload))


def test_unknown_status_and_missing_rule_are_put_aside() -> None:
    rule = TopicRule(topic="umh/a", status="q")
    assert "status 'maybe' is not of notation words" in why(
        read({"timestamp_ms": 1, "q": "maybe", "v": 1}, "umh/a", rule)
    )
    assert "no rule for topic" in why(read({"v": 1}, "umh/b", rule))
    assert "fewer levels" in why(read({"v": 1}, "umh/a", TopicRule(topic="#", signal="{7}")))


def test_explicit_paths_excluded_paths_and_keys_with_full_stops() -> None:
    rule = TopicRule(topic="umh/#", values=("a", "b.c", "x.y", "none"), timestamp="t")
    rows = read({"t": 1, "a": {"p": 1, "q": 2}, "b": {"c": 3}, "x.y": 4, "other": 5}, "umh/z", rule)
    assert [(row.signal, row.value) for row in rows] == [
        ("umh/z/a.p", 1.0),
        ("umh/z/a.q", 2.0),
        ("umh/z/b.c", 3.0),
        ("umh/z/x.y", 4.0),
    ]
    rule = TopicRule(topic="umh/#", exclude=("id",), timestamp="t")
    assert [row.value for row in read({"t": 1, "id": 7, "v": 8}, "umh/z", rule)] == [8.0]


def test_redelivered_packets_are_taken_once_and_equal_messages_twice() -> None:
    topics, out = JsonTopics((HISTORIAN,)), Output()
    topic, payload = "umh/v1/a/b/c/d/_historian/e", b'{"timestamp_ms": 1, "v": 1}'
    topics.take(Arrival(NOW, topic, payload, 5), out)
    topics.take(Arrival(NOW, topic, payload, 6), out)
    again = JsonTopics((HISTORIAN,))
    again.restore(json.loads(json.dumps(topics.state())))
    again.take(Arrival(NOW, topic, payload, 5, True), out)
    again.take(Arrival(NOW, topic, payload, 6, True), out)
    again.take(Arrival(NOW, topic, payload, 7, True), out)  # sent before, but never to us
    assert (len(out.rows), out.counts["duplicates"]) == (3, 2)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_json_becomes_rows_or_a_reason(content: Any) -> None:
    rows = read({"timestamp_ms": 1, "v": content})
    assert rows
    assert all(row.signal is not None or "why" in (row.value_text or "") for row in rows)


# options


def source(**options: Any) -> Source:
    return Source("mqtt_json", Path("in"), "1000", "UTC", connection=Connection("mqtt", options))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "connection.host: Field required"),
        ({"host": "h", "prot": 1}, "connection.prot: Extra inputs are not permitted"),
        ({"host": "h", "port": 70000}, "connection.port: Input should be less than or equal to 65535"),
        ({"host": "h", "user": "u"}, "user without password: write password: {env: NAME}"),
        ({"host": "h", "qos": 2}, "connection.qos"),
        ({"host": "h", "payload": "json"}, "payload json needs topics"),
        (
            {"host": "h", "payload": "sparkplug_b", "topics": [{"topic": "a"}]},
            "topics belong to payload: json",
        ),
        ({"host": "h", "topics": [{"topic": "a/#/b"}]}, "'a/#/b' is no MQTT topic filter"),
        ({"host": "h", "topics": [{"topic": ""}]}, "'' is no MQTT topic filter"),
        ({"host": "h", "topics": [{"topic": "a/b+"}]}, "'a/b+' is no MQTT topic filter"),
        ({"host": "h", "groups": ["A/B"]}, "'A/B' is no group"),
        ({"host": "h", "topics": [{"topic": "a", "signal": "{tag}"}]}, "unknown placeholder 'tag'"),
        ({"host": "h", "topics": [{"topic": "a", "signal": "{"}]}, "connection.topics.0.signal"),
        ({"host": "h", "topics": [{"topic": "a", "timestamp_unit": "min"}]}, "topics.0.timestamp_unit"),
        ({"host": "h", "topics": [{"topic": "a", "status_notation": "x"}]}, "unknown notation 'x'"),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(PlantError) as raised:
        mqtt_options(source(**options), tmp_path)
    assert problem in str(raised.value)
    assert "docs/how-to/mqtt.md" in raised.value.next_step


def test_another_kind_of_connection_is_refused(tmp_path: Path) -> None:
    other = Source("mqtt_json", Path("in"), "1000", "UTC", connection=Connection("sql", {}))
    with pytest.raises(PlantError, match="is not of kind mqtt"):
        mqtt_options(other, tmp_path)


def test_parts_of_a_collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").write_text("x")
    given = source(
        host="h",
        user="u",
        password={"env": "MQTT_SECRET"},
        tls={"ca": "ca.pem"},
        groups=["A", "B"],
        primary_host="me",
    )
    options = mqtt_options(given, tmp_path)
    plant, settings = Plant("p", "P", tmp_path, (SITE,), (given,)), Settings(home=tmp_path)
    with pytest.raises(PlantError, match="MQTT_SECRET is not set"):
        login_of(options, given, plant, settings)
    monkeypatch.setenv("MQTT_SECRET", "sesame")
    login = login_of(options, given, plant, settings)
    assert (login.password, login.tls) == ("sesame", {"ca_certs": str(tmp_path / "ca.pem")})
    assert login.client_id.startswith("tundish-p-mqtt_json-")
    assert options.address == ("h", 8883)
    assert len(filters_of(options)) == 12
    word = last_word_of(options)
    assert word is not None
    assert word.topic == "spBv1.0/STATE/me"
    assert json.loads(word.said)["timestamp"] == json.loads(word.will)["timestamp"]
    missing = MqttOptions(host="h", tls={"ca": "none.pem"})
    with pytest.raises(PlantError, match=r"no file .*none\.pem"):
        login_of(missing, given, plant, settings)
