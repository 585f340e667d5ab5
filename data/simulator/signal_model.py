"""Which tags the historian archives and how each behaves on average.

Belongs here: the dictionary of measurements and the list of tags of a plant.
Does not belong here: values over time (signals.py).
"""

from dataclasses import dataclass

from data.simulator.plant_model import PlantModel


@dataclass(frozen=True)
class Measurement:
    """A measured quantity: resting and running level, noise and deadband in `unit`, alarm limits, decimals."""

    name: str
    suffix: str
    unit: str
    text: str
    rest: float
    run: float
    noise: float
    decimals: int
    low: float | None
    high: float | None
    lag_s: float = 0.0
    wear_gain: float = 0.0
    interpolation: str = "linear"


@dataclass(frozen=True)
class Signal:
    """One tag: `machine` is the index of the machine that carries the sensor."""

    index: int
    tag: str
    machine: int
    measurement: Measurement


COMMON = (
    Measurement("vibration_rms", "VIB_RMS", "mm/s", "Vibration velocity, RMS, spindle bearing", 0.15, 1.9, 0.10, 3, None, 4.5, wear_gain=1.7, interpolation="step"),
    Measurement("bearing_temp", "BRG_TEMP", "degC", "Temperature of the spindle bearing", 22.0, 52.0, 0.15, 2, 5.0, 80.0, lag_s=600.0, wear_gain=0.55),
    Measurement("power", "PWR_ACT", "kW", "Active power of the machine", 1.2, 14.0, 0.50, 3, 0.0, 40.0, wear_gain=0.06, interpolation="step"),
    Measurement("spindle_current", "SPN_CUR", "A", "Current of the main drive", 0.6, 22.0, 0.80, 2, 0.0, 60.0, wear_gain=0.10, interpolation="step"),
)  # fmt: skip
_COOLANT = Measurement("coolant_pressure", "CLT_PRS", "bar", "Coolant pressure at the tool", 0.2, 18.0, 0.35, 2, 8.0, 30.0, lag_s=20.0)  # fmt: skip
SPECIAL = {
    "washer": Measurement("bath_temp", "BATH_TMP", "degC", "Temperature of the wash bath", 45.0, 62.0, 0.20, 2, 50.0, 75.0, lag_s=900.0),
    "press": Measurement("press_force", "PRS_FRC", "kN", "Joining force", 0.0, 48.0, 1.2, 2, None, 70.0, interpolation="step"),
    "assembly_cell": Measurement("air_pressure", "AIR_PRS", "bar", "Compressed air pressure", 5.8, 6.1, 0.05, 3, 5.0, 7.5, lag_s=30.0),
    "test_bench": Measurement("test_pressure", "TST_PRS", "bar", "Test pressure at the pump outlet", 0.0, 180.0, 3.0, 1, None, 250.0, interpolation="step"),
}  # fmt: skip


def build_signals(plant: PlantModel, tags: int) -> tuple[Signal, ...]:
    """Spread `tags` tags evenly over the machines; beyond five a machine they are auxiliary temperatures."""
    if tags < 0:
        raise ValueError(f"tags must not be negative, not {tags}")
    return tuple(_signal(plant, index) for index in range(tags))


def _signal(plant: PlantModel, index: int) -> Signal:
    kind, machine = divmod(index, len(plant.machines))
    unit = plant.machines[machine]
    measurement = measurement_of(unit.equipment_class, kind)
    return Signal(index, f"{unit.line}.{unit.code}.{measurement.suffix}", machine, measurement)


def measurement_of(equipment_class: str, kind: int) -> Measurement:
    """The kind-th measurement of a class of machines."""
    if kind < len(COMMON):
        return COMMON[kind]
    if kind == len(COMMON):
        return SPECIAL.get(equipment_class, _COOLANT)
    number = kind - len(COMMON)
    return Measurement(
        f"aux_temp_{number:03d}", f"AUX_TMP{number:03d}", "degC", f"Auxiliary temperature {number}",
        20.0, 35.0 + number % 7, 0.2, 2, None, 90.0, lag_s=300.0,
    )  # fmt: skip
