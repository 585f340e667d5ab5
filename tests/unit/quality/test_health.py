"""Every sensor fault trips its own rule and no other, on its own signal; a sound plant trips none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.health.detect import find_flags
from quality.health.flags import EXPLAINS, KINDS, REACH, Flag, without_consequences
from quality.health.hours import Floats
from tests.unit.quality.health_hours import DAYS, START, VICTIM, plant, signal_hours

VALUES = ("mean_value", "last_value", "held_min_value", "held_max_value", "min_value", "max_value")
DISTANCES = ("max_lone_rise", "max_lone_drop", "lone_sum")
Measures = dict[str, Floats]


def lose(m: Measures, hours: slice) -> None:
    for name in m:
        m[name][VICTIM, hours] = 0.0 if name in {"covered_s", "reading_count"} else np.nan


def gap(m: Measures) -> None:
    lose(m, slice(START, START + 5))


def silence(m: Measures) -> None:
    lose(m, slice(START, None))


def stuck(m: Measures) -> None:
    for name in VALUES:
        m[name][VICTIM, START : START + 6] = 21.7
    for name in DISTANCES:
        m[name][VICTIM, START : START + 6] = 0.0


def spike(m: Measures) -> None:
    m["max_lone_rise"][VICTIM, START] = 30.0
    m["max_value"][VICTIM, START] = m["held_max_value"][VICTIM, START] = 52.0


def scaled(factor: float, offset: float) -> Callable[[Measures], None]:
    def change(m: Measures) -> None:
        for name in VALUES:
            m[name][VICTIM, START:] = m[name][VICTIM, START:] * factor + offset
        for name in DISTANCES:
            m[name][VICTIM, START:] *= abs(factor)

    return change


def noise(m: Measures) -> None:
    for name in DISTANCES:
        m[name][VICTIM, START : START + 48] *= 4.0


def drift(m: Measures) -> None:
    hours = np.arange(m["mean_value"].shape[1] - START)
    for name in VALUES:
        m[name][VICTIM, START:] += hours / 24 * 0.75


def duplicate(m: Measures) -> None:
    m["repeat_count"][VICTIM, START : START + 3] = 60.0


def clock(m: Measures) -> None:
    m["latency_s"][VICTIM, START : START + 4] = -5400.0


def set_back(m: Measures) -> None:
    m["backward_count"][:, ::50] = 1.0  # a row out of order now and then
    m["backward_count"][VICTIM + 4] = 55.0  # files in no order at all
    m["backward_count"][VICTIM, START : START + 2] = 20.0


def latency(m: Measures) -> None:
    m["latency_s"][VICTIM, START : START + 24] = 4 * 86_400.0


def out_of_range(m: Measures) -> None:
    for name in VALUES:
        m[name][VICTIM + 1, START : START + 3] = 84.0 + np.arange(3) / 10


FAULTS: list[tuple[str, Callable[[Measures], None]]] = [
    ("gap", gap), ("silence", silence), ("stuck", stuck), ("spike", spike), ("unit_jump", scaled(1000.0, 0.0)),
    ("unit_jump", scaled(0.1, 0.0)), ("unit_jump", scaled(1.8, 32.0)), ("noise", noise), ("drift", drift), ("duplicate", duplicate),
    ("clock", clock), ("clock", set_back), ("latency", latency), ("out_of_range", out_of_range),
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sound_plant_trips_no_rule(seed: int) -> None:
    assert find_flags(signal_hours(plant(seed))) == []


@pytest.mark.parametrize(("kind", "spoil"), FAULTS, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(FAULTS)])
def test_each_fault_trips_exactly_its_rule(kind: str, spoil: Callable[[Measures], None]) -> None:
    measures = plant()
    spoil(measures)
    flags = find_flags(signal_hours(measures))
    assert {flag.kind for flag in flags} == {kind}
    assert {flag.signal for flag in flags} == {VICTIM + 1 if kind == "out_of_range" else VICTIM}
    first = min(flag.first for flag in flags)
    allowed = 6 * 24 if kind == "drift" else 0
    assert START // 24 * 24 <= first <= START + allowed


def test_a_counter_that_starts_anew_is_no_other_fault() -> None:
    measures = plant()
    for name in VALUES:
        measures[name][VICTIM] = np.arange(DAYS * 24) * 12.0
        measures[name][VICTIM, START:] -= START * 12.0
    for name in DISTANCES:
        measures[name][VICTIM] = 0.0
    flags = find_flags(signal_hours(measures))
    assert [(flag.kind, flag.signal, flag.first) for flag in flags] == [("counter_reset", VICTIM, START)]


def test_what_all_sensors_of_a_machine_show_is_its_process() -> None:
    """A short stop stands out of each sensor of the machine: no sensor is wrong."""
    measures = plant()
    measures["max_lone_drop"][4:8, START] = np.array([12.0, 20.0, 25.0, 15.0])
    measures["min_value"][4:8, START] -= np.array([30.0, 40.0, 60.0, 30.0])
    assert find_flags(signal_hours(measures)) == []


def test_exception_reporting_with_a_heartbeat_is_no_gap() -> None:
    """One reading in an hour that covers it is enough; an hour that it covers in part is not."""
    measures = plant()
    measures["reading_count"][VICTIM, START : START + 8] = 1.0
    assert find_flags(signal_hours(measures)) == []
    measures["covered_s"][VICTIM, START] = 1800.0
    assert [flag.kind for flag in find_flags(signal_hours(measures))] == ["gap"]


def test_a_flag_hides_what_it_explains_and_nothing_else() -> None:
    jump, near = Flag(1, "unit_jump", 10, 20, 0, 0), Flag(1, "drift", 19, 30, 0, 0)
    far, other = Flag(1, "drift", 60, 70, 0, 0), Flag(2, "drift", 10, 20, 0, 0)
    assert without_consequences([near, far, other, jump]) == [far, jump, other]


some_flags = st.lists(
    st.builds(
        lambda signal, kind, first, length: Flag(signal, kind, first, first + length, 0, 0),
        st.integers(0, 1), st.sampled_from(KINDS), st.integers(0, 150), st.integers(1, 40),
    ),
    max_size=20,
)  # fmt: skip


@given(some_flags)
def test_what_is_hidden_overlaps_a_cause_within_its_reach(flags: list[Flag]) -> None:
    kept = [
        flag for flag in flags
        if not any(
            cause.signal == flag.signal
            and flag.kind in EXPLAINS.get(cause.kind, ())
            and range(
                max(flag.first, cause.first - REACH.get(cause.kind, 1)), min(flag.until, cause.until + REACH.get(cause.kind, 1))
            )
            for cause in flags
        )
    ]  # fmt: skip
    assert without_consequences(flags) == sorted(kept)


def test_noise_after_none_at_all_is_no_ratio() -> None:
    """With few readings an hour the past can be without any noise: no flag shows infinity."""
    measures = plant()
    measures["lone_sum"][VICTIM, :START] = 0.0
    assert find_flags(signal_hours(measures)) == []
