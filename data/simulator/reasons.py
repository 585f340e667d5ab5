"""Why machines stand: the reason tree, the map of states to time elements, and which reason fits a stop.

Belongs here: codes and their meaning. Does not belong here: how often they occur (machine.py).
"""

import numpy as np

REASONS = (
    ("0100", None, "Out of tolerance", "process_defect"),
    ("10000", None, "Active", "none"),
    ("20000", "10000", "Low speed", "reduced_speed"),
    ("30000", None, "Unknown", "none"),
    ("30100", "30000", "No data", "none"),
    ("40000", "30000", "Unspecified stop", "breakdown"),
    ("50000", None, "Microstop", "minor_stop"),
    ("50100", "50000", "Chip jam", "minor_stop"),
    ("50200", "50000", "Part misplaced", "minor_stop"),
    ("50300", "50000", "Sensor misread", "minor_stop"),
    ("60000", None, "Material", "not_available"),
    ("60100", "60000", "Waits for operation before", "not_available"),
    ("60200", "60000", "Raw material late", "not_available"),
    ("100000", None, "Process", "setup_adjustment"),
    ("100100", "100000", "Changeover", "setup_adjustment"),
    ("100200", "100000", "Tool change", "setup_adjustment"),
    ("150000", None, "Break", "planned"),
    ("160000", None, "No shift", "none"),
    ("170000", None, "No order", "not_available"),
    ("180000", None, "Failure", "breakdown"),
    ("180100", "180000", "Bearing", "breakdown"),
    ("180200", "180000", "Spindle", "breakdown"),
    ("180300", "180000", "Hydraulics", "breakdown"),
    ("180400", "180000", "Electrics", "breakdown"),
    ("190000", None, "External", "breakdown"),
    ("210000", None, "Preventive maintenance", "planned"),
)
STATE_MAP = (
    ("PRODUCING", "10000", "apt", False, False),
    ("SETUP", "100000", "aust", False, False),
    ("MICROSTOP", "50000", "adet", False, False),
    ("DOWN", "180000", "adet", True, False),
    ("MAINTENANCE", "210000", "pdt", False, True),
    ("STARVED", "60000", "adot", False, False),
    ("NO_ORDER", "170000", "adot", False, False),
    ("BREAK", "150000", "pdt", False, False),
    ("OFF_SHIFT", "160000", "not_scheduled", False, False),
)
ELEMENT_OF = {state: element for state, _, element, _, _ in STATE_MAP}
MODES = ("BEAR", "SPIN", "HYDR", "ELEC")
MODE_TEXT = {"BEAR": "Lagerschaden", "SPIN": "Spindel schwergängig", "HYDR": "Hydraulik undicht", "ELEC": "Antriebsregler gestört"}  # fmt: skip
MODE_REASON = dict(zip(MODES, ("180100", "180200", "180300", "180400"), strict=True))
MODE_VIBRATION = {"BEAR": 1.0, "SPIN": 0.85, "HYDR": 0.65, "ELEC": 0.6}
MICROSTOP_REASONS = ("50100", "50200", "50300")
ENTERED_STATES = ("MICROSTOP", "DOWN", "STARVED", "SETUP", "MAINTENANCE")


def reason_of(state: str, detail: str, rng: np.random.Generator) -> str:
    """Reason that an operator enters for a state; `detail` is the failure mode or the kind of setup."""
    if state == "MICROSTOP":
        return MICROSTOP_REASONS[int(rng.integers(3))]
    if state == "DOWN":
        return MODE_REASON.get(detail, "180000")
    if state == "SETUP":
        return "100200" if detail == "tool" else "100100"
    return {"STARVED": "60100", "MAINTENANCE": "210000"}[state]
