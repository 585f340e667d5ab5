"""Faulty sensors show what their labels say, before and after nothing else, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from data.simulator.duisburg import build_plant
from data.simulator.sensor_faults import DAY_S, SEVERITIES, SOUND_DAYS, SensorFault, SensorFaults, plan
from data.simulator.signal_model import build_signals

SIGNALS = build_signals(build_plant(12), 60)
AT = np.arange(0, DAY_S, 10, dtype=np.int64)
VALUES = np.sin(AT / 500.0) + 30.0
BEGIN, END = 20_000, 50_000
INSIDE = (AT >= BEGIN) & (AT < END)


def shown(kind: str, severity: float, signal: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Times and values that arrive of a bearing temperature with one fault in the middle of the day."""
    faults = SensorFaults([SensorFault(kind, signal, BEGIN, END, severity, 2.0)], seed=1)
    return faults.delivered(SIGNALS[signal], AT, faults.shown(SIGNALS[signal], AT.astype(np.float64), VALUES))


@pytest.mark.parametrize(
    "kind", [kind for kind in SEVERITIES if kind not in {"gap", "silence", "duplicate", "clock"}]
)
def test_values_change_inside_the_fault_and_nowhere_else(kind: str) -> None:
    at, values = shown(kind, SEVERITIES[kind][-1])
    assert np.array_equal(at, AT)
    assert np.array_equal(values[~INSIDE], VALUES[~INSIDE])
    assert not np.array_equal(values[INSIDE], VALUES[INSIDE])
    assert np.array_equal(values, shown(kind, SEVERITIES[kind][-1])[1])


def test_each_kind_does_what_it_is_called() -> None:
    assert np.unique(shown("stuck", 6)[1][INSIDE]).size == 1
    assert (shown("spike", 1.5)[1] != VALUES).sum() == 6
    assert shown("out_of_range", 0.2)[1][INSIDE].min() > 80
    assert np.allclose(shown("unit_jump", 0)[1][INSIDE], VALUES[INSIDE] * 1.8 + 32)
    assert np.std(shown("noise", 5)[1][INSIDE] - VALUES[INSIDE]) == pytest.approx(10, rel=0.1)
    assert shown("drift", 1.0)[1][INSIDE][-1] - VALUES[INSIDE][-1] == pytest.approx(
        2 * (END - BEGIN) / DAY_S, rel=0.01
    )


@pytest.mark.parametrize("kind", ["gap", "silence"])
def test_nothing_arrives_in_a_gap(kind: str) -> None:
    assert np.array_equal(shown(kind, 1)[0], AT[~INSIDE])


def test_copies_are_the_same_readings_again() -> None:
    at, values = shown("duplicate", 1)
    assert np.array_equal(np.unique(at), AT)
    assert at.size == AT.size + INSIDE.sum()
    assert np.array_equal(values, VALUES[np.searchsorted(AT, at)])


def test_the_plan_leaves_three_weeks_sound_and_has_all_kinds() -> None:
    faults = plan(SIGNALS, 0, 40 * DAY_S, seed=3)
    assert faults == plan(SIGNALS, 0, 40 * DAY_S, seed=3) != plan(SIGNALS, 0, 40 * DAY_S, seed=4)
    assert len({fault.signal for fault in faults}) == len(faults) == 24
    plans = [plan(SIGNALS, 0, 40 * DAY_S, seed) for seed in range(1, 4)]
    assert {fault.kind for faults in plans for fault in faults} == set(SEVERITIES)
    assert all(SOUND_DAYS * DAY_S <= fault.start_s < fault.end_s <= 40 * DAY_S for fault in faults)
    with pytest.raises(ValueError, match="need 29 days"):
        plan(SIGNALS, 0, 20 * DAY_S, seed=3)


def test_a_clock_that_was_set_back_tells_earlier_times_and_no_other_values() -> None:
    faults = SensorFaults([SensorFault("clock", 12, BEGIN, END, 0.5)], seed=1)
    told = faults.told(SIGNALS[12], AT)
    assert np.array_equal(told, np.where(INSIDE, AT - 1800, AT))
    assert np.array_equal(faults.told(SIGNALS[13], AT), AT)
    assert np.array_equal(shown("clock", 0.5)[1], VALUES)
