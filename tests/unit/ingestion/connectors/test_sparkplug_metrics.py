"""Metrics of births and data: names, aliases, types, quality; contradictions are told with their payload."""

from tests.unit.ingestion.connectors import sparkplug_wire as wire
from tests.unit.ingestion.connectors.sparkplug_host import (
    SECOND,
    Host,
    birth,
    data,
    payloads,
    problems,
    readings,
)


def test_alias_for_two_metrics_means_neither() -> None:
    host = Host()
    twice = [wire.metric(name, ("int_value", 1), kind=3, alias=5) for name in ("a", "b")]
    assert len(host.hear(birth(*twice))) == 2
    rows = host.hear(data(wire.metric(None, ("int_value", 2), alias=5)))
    assert problems(rows) == ["alias 5 stands for two metrics of the birth"]
    named = host.hear(data(wire.metric("b", ("int_value", 3)), seq=2))
    assert readings(named) == [("G/E:b", 1_700_000_000_000, 3.0)]


def test_contradictions_are_told() -> None:
    host = Host()
    host.hear(
        birth(wire.metric("a", ("int_value", 1), kind=3, alias=5), wire.metric("b", ("int_value", 1), kind=3))
    )
    rows = host.hear(
        data(
            wire.metric("b", ("int_value", 7), alias=5),
            wire.metric("a", ("double_value", 7.0), kind=10),
            wire.metric("new", ("int_value", 7)),
            wire.metric(None, ("int_value", 7)),
            wire.metric("b", ("string_value", "x")),
            wire.metric("b", ("int_value", 8)),
        )
    )
    assert problems(rows) == [
        "alias 5 is 'a' by its birth, the message says 'b'",
        "metric 'a' is Double, its birth says Int32",
        "metric 'new' has no data type and was in no birth",
        "a metric has neither name nor alias",
        "metric 'b': a value in string_value is no Int32",
    ]
    assert readings(rows) == [("G/E:b", 1_700_000_000_000, 8.0)]  # the metrics that can be read are taken


def test_metric_outside_the_birth_is_uncertain() -> None:
    host = Host()
    host.hear(birth())
    (row,) = host.hear(data(wire.metric("late", ("int_value", 4), kind=3)))
    assert (row.value, row.status, row.status_code) == (4.0, "uncertain", "not_in_birth")


def test_quality_unit_history_and_null() -> None:
    host = Host()
    unit = {"engUnit": (12, ("string_value", "°C"))}
    bad = {"Quality": (3, ("int_value", 0))}
    stale = {"Quality": (3, ("int_value", 500))}
    (first,) = host.hear(birth(wire.metric("t", ("float_value", 1.5), kind=9, alias=1, properties=unit)))
    assert (first.status, first.uom) == ("good", "°C")
    rows = host.hear(
        data(
            wire.metric(None, ("float_value", 2.5), alias=1, properties=bad),
            wire.metric(None, null=True, alias=1, properties=stale),
            wire.metric(None, null=True, alias=1),
            wire.metric(None, ("float_value", float("nan")), alias=1),
            wire.metric(None, ("float_value", 3.5), alias=1, historical=True, at=1_600_000_000_000),
        )
    )
    assert [
        (row.value, row.value_text, row.status, row.status_code, row.is_historical, row.uom) for row in rows
    ] == [
        (2.5, None, "bad", "0", False, "°C"),
        (None, None, "bad", "500", False, "°C"),
        (None, None, "bad", "null", False, "°C"),
        (None, "NaN", "bad", "not_finite", False, "°C"),
        (3.5, None, "good", None, True, "°C"),
    ]
    assert rows[4].reading_at == 1_600_000_000 * SECOND
    assert rows[4].server_at == 1_700_000_000 * SECOND


def test_template_members_need_their_type_only_in_the_birth() -> None:
    host = Host()
    full = wire.template([wire.metric("rpm", ("int_value", 5), kind=3)])
    host.hear(birth(wire.metric("motor", ("template_value", full), kind=19, alias=1)))
    short = wire.template([wire.metric("rpm", ("int_value", 2**32 - 6))])
    (row,) = host.hear(data(wire.metric(None, ("template_value", short), alias=1)))
    assert (row.signal, row.value) == ("G/E:motor/rpm", -6.0)
    dead = host.hear(("spBv1.0/G/NDEATH/E", wire.payload([wire.bd_seq(0)])))
    assert [(row.signal, row.status) for row in dead] == [("G/E:motor/rpm", "bad")]


def test_what_is_no_sparkplug_is_put_aside_or_ignored() -> None:
    host = Host()
    rows = host.hear(
        ("spBv1.0/G/NDATA/E", b"\xff\xff"),
        ("spBv1.0/G/NDATA", b"x"),
        ("spBv1.0/G/XDATA/E", b"{}"),
        ("other", "grün".encode()),
        ("spBv1.0/G/NDATA/E/D", b""),
        ("spBv1.0/G/NDATA/E", wire.payload([], seq=256)),
    )
    assert payloads(rows)[:5] == [b"\xff\xff", b"x", b"{}", "grün".encode(), b""]
    assert problems(rows)[0] == "the payload is no Sparkplug B protobuf"
    assert problems(rows)[5] == "sequence number 256 is not within 0-255"
    assert host.hear(("spBv1.0/G/NCMD/E", b"x"), ("spBv1.0/STATE/host", b"{}")) == []
    assert host.out.counts["ignored"] == 2
