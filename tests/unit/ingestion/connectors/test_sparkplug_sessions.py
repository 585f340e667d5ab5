"""Sessions of edge nodes: order, gaps, births and deaths; what is out of order or unknown is told, never made up."""

import itertools

from ingestion.connectors.mqtt.readings import record_batch
from tests.unit.ingestion.connectors import sparkplug_wire as wire
from tests.unit.ingestion.connectors.sparkplug_edge import Edge
from tests.unit.ingestion.connectors.sparkplug_host import (
    NODE,
    Host,
    birth,
    expected,
    payloads,
    problems,
    readings,
)


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
