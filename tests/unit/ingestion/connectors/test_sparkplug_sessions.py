"""Sessions of edge nodes: order, gaps, births and deaths; whatever the network does, nothing is lost or made up."""

import base64
import itertools
import json
from collections import Counter
from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.connectors.mqtt.node import Patience
from ingestion.connectors.mqtt.readings import Arrival, Output, Row, record_batch
from ingestion.connectors.mqtt.sessions import Sessions
from ingestion.connectors.mqtt.topics import NodeId
from tests.unit.ingestion.connectors import sparkplug_wire as wire
from tests.unit.ingestion.connectors.sparkplug_edge import Edge, Expected, Published

NODE = NodeId("G", "E")
SECOND = 1_000_000
START = 1_700_000_000 * SECOND


class Host:
    """A collector's sessions with a clock that is set by hand."""

    def __init__(self, **given: int) -> None:
        self.sessions = Sessions(Patience(), **given)
        self.out = Output()
        self.now_us = START

    def hear(
        self, *published: Published | tuple[str, bytes], packet_id: int = 0, again: bool = False
    ) -> list[Row]:
        """Take in messages, a millisecond apart; the rows that came out."""
        before = len(self.out.rows)
        for one in published:
            topic, payload = (one.topic, one.payload) if isinstance(one, Published) else one
            self.now_us += 1000
            self.sessions.take(Arrival(self.now_us, topic, payload, packet_id, again), self.out)
        return self.out.rows[before:]

    def wait(self, seconds: float) -> list[Row]:
        before = len(self.out.rows)
        self.now_us += round(seconds * SECOND)
        self.sessions.tick(self.now_us, self.out)
        return self.out.rows[before:]

    def asked(self) -> list[NodeId]:
        return self.sessions.rebirths(self.now_us)

    def restart(self) -> None:
        """As after a kill: a new process with the saved state."""
        state = json.loads(json.dumps(self.sessions.state()))
        self.sessions = Sessions(Patience())
        self.sessions.restore(state)


def readings(rows: Sequence[Row], status: str | None = None) -> list[Expected]:
    return [
        (row.signal, row.reading_at // 1000, row.value)
        for row in rows
        if row.signal is not None and row.reading_at is not None and status in (None, row.status)
    ]


def problems(rows: Sequence[Row]) -> list[str]:
    return [
        why
        for row in rows
        if row.status_code == "not_decoded"
        for why in json.loads(row.value_text or "")["why"]
    ]


def payloads(rows: Sequence[Row]) -> list[bytes]:
    """The raw payloads that were put aside."""
    told = [json.loads(row.value_text or "") for row in rows if row.status_code == "not_decoded"]
    return [
        base64.b64decode(one["payload_base64"]) if "payload_base64" in one else one["payload"].encode()
        for one in told
    ]


def expected(published: Sequence[Published]) -> list[Expected]:
    return [reading for one in published for reading in one.readings]


def test_births_and_data_become_readings() -> None:
    edge, host = Edge(), Host()
    story = [*edge.node_birth(), *(edge.any_data() for _ in range(1000))]  # the sequence wraps four times
    rows = host.hear(*story)
    assert readings(rows, "good") == expected(story)
    assert len(rows) == len(expected(story))
    assert not host.asked()
    first = rows[0]
    assert (first.signal, first.status_code, first.is_historical, first.is_questionable) == (
        "G/E:m0",
        None,
        False,
        False,
    )
    assert record_batch(rows).num_rows == len(rows)


def test_swapped_messages_come_out_in_order() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    one, two, three = edge.any_data(), edge.any_data(), edge.any_data()
    assert host.hear(three, two) == []
    assert readings(host.hear(one), "good") == expected([one, two, three])
    assert not host.asked()


def test_gap_asks_for_a_rebirth_and_values_are_uncertain_until_it_comes() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    edge.any_data()
    late, next_one = edge.any_data(), edge.any_data()
    assert host.hear(late) == []
    assert host.asked() == []
    rows = host.wait(3)
    assert readings(rows, "uncertain") == expected([late])
    assert {(row.status_code, row.is_questionable) for row in rows} == {("sequence_gap", True)}
    assert host.asked() == [NODE]
    assert readings(host.hear(next_one), "uncertain") == expected([next_one])
    story = [*edge.node_birth(new_session=False), edge.any_data()]
    assert readings(host.hear(*story), "good") == expected(story)
    assert host.out.counts["gaps"] == 1


def test_gap_of_many_messages_is_certain_before_the_time_is_over() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    edge.any_data()
    story = [edge.any_data() for _ in range(65)]
    assert readings(host.hear(*story), "uncertain") == expected(story)


def test_rebirth_requests_are_limited() -> None:
    edge, host = Edge(), Host(rebirth_interval_ms=10_000)
    list(edge.node_birth())
    asked_after: list[float] = []
    for step in range(3000):
        host.hear(edge.data())
        host.wait(0.5)
        if host.asked():
            asked_after.append(step / 2)
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(asked_after)]
    assert gaps[:6] == [10, 20, 40, 80, 160, 320]
    assert all(gap <= 640 for gap in gaps)


def test_data_before_any_birth_is_put_aside_with_its_payload() -> None:
    edge, host = Edge(), Host()
    list(edge.node_birth())
    data = edge.data("D1")
    host.hear(data)
    rows = host.wait(3)
    assert payloads(rows) == [data.payload]
    assert "is unknown: no birth tells its name" in problems(rows)[0]
    assert host.asked() == [NODE]


def test_data_before_any_birth_with_names_and_types_is_uncertain() -> None:
    host = Host()
    metric = wire.metric("Speed", ("double_value", 2.5), kind=10, at=1_700_000_000_000)
    host.hear(("spBv1.0/G/NDATA/E", wire.payload([metric], seq=4)))
    (row,) = host.wait(3)
    assert (row.signal, row.value, row.status, row.status_code) == ("G/E:Speed", 2.5, "uncertain", "no_birth")


def test_death_makes_every_signal_bad_without_a_value() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth(), edge.data())
    rows = host.hear(edge.will())
    assert sorted(row.signal or "" for row in rows) == sorted(edge.signals())
    assert {(row.value, row.status, row.status_code, row.reading_at) for row in rows} == {
        (None, "bad", "stale", host.now_us)
    }
    data = edge.data()
    host.hear(data)
    assert payloads(host.wait(3)) == [data.payload]  # its aliases died with the session
    assert host.asked() == [NODE]


def test_death_of_an_earlier_session_is_ignored() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    host.hear(*edge.node_birth())
    assert host.hear(edge.will(session=0)) == []
    assert host.out.counts["stale_deaths"] == 1
    assert len(host.hear(edge.will(session=1))) == len(edge.signals())
    assert host.hear(edge.will(session=1)) == []


def test_death_without_number_counts_and_asks_for_a_rebirth() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    assert len(host.hear(("spBv1.0/G/NDEATH/E", wire.payload([])))) == len(edge.signals())
    assert host.asked() == [NODE]


def test_death_of_a_device_leaves_the_others() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    death, other = edge.device_death("D0"), edge.data("D1")
    rows = host.hear(death, other)
    assert readings(rows, "bad") == expected([death])
    assert readings(rows, "good") == expected([other])
    orphan = edge.data("D0")
    assert payloads(host.hear(orphan)) == [orphan.payload]
    assert host.asked() == [NODE]


def test_redelivered_packets_are_taken_once_and_equal_ones_twice() -> None:
    edge, host = Edge(), Host()
    birth, *rest = edge.node_birth()
    host.hear(birth, packet_id=7)
    host.hear(*rest)
    assert host.hear(birth, packet_id=7, again=True) == []
    assert host.out.counts["duplicates"] == 1
    data = edge.any_data()
    assert len(host.hear(data, packet_id=8)) == len(data.readings)
    assert host.hear(data, packet_id=8, again=True) == []
    assert (
        host.hear(data) == []
    )  # sent twice by the edge node itself: same time, same number, out of its turn
    assert host.out.counts["duplicates"] == 3
    host.wait(5)
    assert host.out.rows[-1].signal is not None
    assert not host.asked()


def test_equal_messages_without_a_time_are_not_taken_for_duplicates() -> None:
    host = Host()
    host.hear(
        ("spBv1.0/G/NBIRTH/E", wire.payload([wire.metric("m", ("int_value", 1), kind=3, alias=1)], seq=0))
    )
    same = ("spBv1.0/G/NDATA/E", wire.payload([wire.metric(None, ("int_value", 5), alias=1)], at=None))
    rows = host.hear(same, same)
    assert [(row.value, row.status, row.status_code) for row in rows] == [
        (5.0, "uncertain", "no_timestamp")
    ] * 2
    assert rows[0].reading_at == host.now_us - 1000


def test_message_of_the_former_session_is_put_aside() -> None:
    edge, host = Edge(), Host()
    host.hear(*edge.node_birth())
    straggler = edge.any_data()
    host.hear(*edge.node_birth(new_session=False))
    host.hear(edge.any_data())
    rows = host.hear(straggler)
    assert payloads(rows) == [straggler.payload]
    assert problems(rows) == ["sent before the birth of this session: its aliases are gone"]


def test_message_older_than_the_birth_that_has_its_turn_is_uncertain_unless_it_is_history() -> None:
    host = Host()
    host.hear(birth(wire.metric("m", ("int_value", 1), kind=3, alias=1)))
    for historical, found in ((False, ("uncertain", "older_than_birth")), (True, ("good", None))):
        metric = wire.metric(None, ("int_value", 2), alias=1, historical=historical)
        (row,) = host.hear(
            ("spBv1.0/G/NDATA/E", wire.payload([metric], seq=1 + historical, at=1_600_000_000_000))
        )
        assert (row.status, row.status_code) == found


def test_data_that_overtakes_its_birth_waits_for_it() -> None:
    edge, host = Edge(devices=0), Host()
    (birth,) = edge.node_birth()
    data = edge.data()
    assert host.hear(data) == []
    assert readings(host.hear(birth), "good") == expected([birth, data])


def birth(*metrics: bytes, seq: int = 0) -> tuple[str, bytes]:
    return ("spBv1.0/G/NBIRTH/E", wire.payload(metrics, seq=seq))


def data(*metrics: bytes, seq: int = 1) -> tuple[str, bytes]:
    return ("spBv1.0/G/NDATA/E", wire.payload(metrics, seq=seq))


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


# properties: a story of births, data and deaths, told through a network that errs

STEPS = st.lists(st.sampled_from("dddddddddbrxD"), max_size=60)


def told(steps: Sequence[str], seed: int) -> list[Published]:
    edge = Edge(random=Random(seed))
    story = list(edge.node_birth())
    for step in steps:
        if step == "d":
            story.append(edge.any_data())
        elif step == "D":
            story += [edge.data() for _ in range(90)]
        elif step == "x":
            story.append(edge.device_death("D0"))
            story += edge.node_birth(new_session=False)
        else:
            story += [edge.will(), *edge.node_birth()] if step == "b" else edge.node_birth(new_session=False)
    return story


@settings(deadline=None, max_examples=60)
@given(STEPS, st.integers(0, 2**32), st.data())
def test_duplicates_swaps_and_restarts_change_nothing(
    steps: list[str], seed: int, chance: st.DataObject
) -> None:
    story = told(steps, seed)
    random = Random(chance.draw(st.integers(0, 2**32)))
    delivered = [(index, one, False) for index, one in enumerate(story)]
    for index in range(
        len(delivered) - 1
    ):  # a birth or death of the node starts anew: nothing passes it backwards
        pair = delivered[index : index + 2]
        fixed = any(one.is_node_birth or "NDEATH" in one.topic for _, one, _ in pair)
        if not fixed and random.random() < 0.2:
            delivered[index : index + 2] = pair[::-1]
    for _ in range(random.randint(0, 10)):
        place = random.randrange(len(delivered))
        index, one, _ = delivered[place]
        delivered.insert(min(place + random.randint(1, 8), len(delivered)), (index, one, True))
    host = Host()
    for index, one, again in delivered:
        host.hear(one, packet_id=index + 1, again=again)
        if random.random() < 0.1:
            host.restart()
    rows = host.out.rows
    values = [row for row in rows if row.status_code != "stale"]
    dead = [row for row in rows if row.status_code == "stale"]
    of_devices = [one for one in story if "DDEATH" in one.topic]
    true = [reading for reading in expected(story) if reading[2] is not None]
    assert sorted(readings(values)) == sorted(true)
    assert Counter(readings(dead)) >= Counter(expected(of_devices))
    assert {row.status for row in rows} <= {"good", "bad"}
    assert not problems(rows)


@settings(deadline=None, max_examples=60)
@given(STEPS, st.integers(0, 2**32), st.floats(0, 0.3))
def test_lost_messages_never_lead_to_a_wrong_good_value(steps: list[str], seed: int, loss: float) -> None:
    story = told(steps, seed)
    random = Random(seed + 1)
    delivered = [one for one in story if one.is_node_birth or random.random() >= loss]
    host = Host()
    host.hear(*delivered)
    host.wait(10)
    rows = host.out.rows
    true = Counter(expected(story))
    assert not Counter(readings(rows, "good")) - true
    put_aside = set(payloads(rows))
    found = Counter(readings(rows))
    for one in delivered:
        if (
            one.payload not in put_aside and "DDEATH" not in one.topic
        ):  # the death of a device that nobody told
            assert all(found[reading] for reading in one.readings), one.topic
