"""Reasons of productive and lost time in the second plant's Odoo, and how the plant's state map reads them.

Belongs here: the rows of mrp_workcenter_productivity_loss, which state of the simulation each one logs.
Does not belong here: the log itself (odoo_productivity.py).
"""

# (name, kind, state and detail that it logs, reason group, time element, corrective, preventive maintenance).
# The first seven are the ones that Odoo installs.
_LOSSES = (
    ("Material Availability", "availability", "STARVED", "", "60000", "adot", False, False),
    ("Equipment Failure", "availability", "DOWN", "", "180000", "adet", True, False),
    ("Setup and Adjustments", "availability", "SETUP", "changeover", "100100", "aust", False, False),
    ("Reduced Speed", "performance", "", "", "20000", "apt", False, False),
    ("Process Defect", "quality", "", "", "40000", "adet", False, False),
    ("Reduced Yield", "quality", "", "", "40000", "adet", False, False),
    ("Fully Productive Time", "productive", "PRODUCING", "", "10000", "apt", False, False),
    ("Minor Stop", "performance", "MICROSTOP", "", "50000", "adet", False, False),
    ("Tool Change", "availability", "SETUP", "tool", "100200", "aust", False, False),
    ("Planned Maintenance", "availability", "MAINTENANCE", "", "210000", "pdt", False, True),
    ("No Order", "availability", "NO_ORDER", "", "170000", "adot", False, False),
    ("Break", "availability", "BREAK", "", "150000", "pdt", False, False),
    ("Bearing Failure", "availability", "DOWN", "BEAR", "180100", "adet", True, False),
    ("Spindle Failure", "availability", "DOWN", "SPIN", "180200", "adet", True, False),
    ("Hydraulic Failure", "availability", "DOWN", "HYDR", "180300", "adet", True, False),
    ("Electrical Failure", "availability", "DOWN", "ELEC", "180400", "adet", True, False),
)
_KINDS = ("availability", "performance", "quality", "productive")
STATE_MAP = tuple((name, group, element, cm, pm) for name, _, _, _, group, element, cm, pm in _LOSSES)
_LOSS_OF = {(loss[2], loss[3]): number for number, loss in enumerate(_LOSSES, start=1) if loss[2]}


def loss_id(state: str, detail: str) -> int:
    """Id of the reason that logs a state; `detail` is the failure mode or the kind of setup."""
    return _LOSS_OF.get((state, detail)) or _LOSS_OF[state, ""]


def loss_rows() -> list[dict[str, object]]:
    """Rows of mrp_workcenter_productivity_loss without dates; names by language, as since version 16."""
    return [
        {
            "id": number, "name": f'{{"en_US": "{name}"}}', "loss_id": _KINDS.index(kind) + 1, "loss_type": kind,
            "manual": kind != "productive",
        }
        for number, (name, kind, *_) in enumerate(_LOSSES, start=1)
    ]  # fmt: skip
