"""Stories of births, data and deaths through a network that errs: nothing is lost or made up."""

from collections import Counter
from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ingestion.connectors.sparkplug_edge import Edge, Published
from tests.unit.ingestion.connectors.sparkplug_host import Host, expected, payloads, problems, readings

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
