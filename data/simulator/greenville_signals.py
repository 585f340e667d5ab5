"""What the second plant's OPC UA server publishes: sensors in US units, piece counters, the job at each machine.

Belongs here: node ids and measurements. Does not belong here: values over time (signals.py), files (exporters/opcua.py).
"""

from data.simulator.plant_model import Machine, PlantModel
from data.simulator.signal_model import Measurement, Signal

COMMON = (
    Measurement("vibration_rms", "VibrationRms", "in/s", "Vibration velocity, RMS, spindle bearing", 0.006, 0.075, 0.004, 4, None, 0.177, wear_gain=1.7, interpolation="step"),
    Measurement("bearing_temp", "BearingTemperature", "degF", "Temperature of the spindle bearing", 71.6, 125.6, 0.27, 1, 41.0, 176.0, lag_s=600.0, wear_gain=0.55),
    Measurement("power", "ActivePower", "kW", "Active power of the machine", 1.1, 12.5, 0.50, 3, 0.0, 40.0, wear_gain=0.06, interpolation="step"),
)  # fmt: skip
_COOLANT = Measurement("coolant_pressure", "CoolantPressure", "psi", "Coolant pressure at the tool", 3.0, 260.0, 5.0, 1, 116.0, 435.0, lag_s=20.0)  # fmt: skip
SPECIAL = {
    "press": Measurement("press_force", "PressForce", "lbf", "Joining force", 0.0, 10_800.0, 270.0, 0, None, 15_700.0, interpolation="step"),
    "test_bench": Measurement("test_pressure", "TestPressure", "psi", "Test pressure at the pump outlet", 0.0, 2_600.0, 44.0, 0, None, 3_600.0, interpolation="step"),
}  # fmt: skip
# Nodes that carry counts and the job, by what they tell: the key of a counter reading.
COUNTERS = {
    "total": ("total_count", "PartsTotal"), "scrap": ("scrap_count", "PartsScrap"), "rework": ("rework_count", "PartsRework"),
    "order": ("order_no", "JobOrder"), "operation": ("operation_no", "JobOperation"), "material": ("material_no", "JobProduct"),
}  # fmt: skip
SLOWER = 3  # times the seconds between two values that the first plant's historian keeps: the server's deadbands are wide
# The total of a controller with four digits, by its machine: it goes on at 0 after 9,999 and is never reset.
ROLLOVERS = {"M01": 10_000}


def node_id(machine: Machine, name: str) -> str:
    """OPC UA node id of one variable of a machine."""
    return f"ns=2;s={machine.line}/{machine.code}/{name}"


def build_signals(plant: PlantModel) -> tuple[Signal, ...]:
    """Four sensors on each machine."""
    return tuple(
        Signal(4 * machine.index + kind, node_id(machine, measurement.suffix), machine.index, measurement)
        for machine in plant.machines
        for kind, measurement in enumerate((*COMMON, SPECIAL.get(machine.equipment_class, _COOLANT)))
    )
