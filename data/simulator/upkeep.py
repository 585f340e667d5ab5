"""What maintenance costs: hours of work and parts of a breakdown and of planned work.

Belongs here: the entries of one event, drawn from a stream of its own. Does not belong here: how an ERP posts them
(exporters/sap_maintenance.py, exporters/odoo_maintenance.py), when machines fail (machine.py).
"""

from dataclasses import dataclass

import numpy as np

from data.simulator.events import Failure, Service

HOURLY = 64.0  # of a technician, in the currency of the site
_PARTS = {"BEAR": 480.0, "SPIN": 2_900.0, "HYDR": 350.0, "ELEC": 760.0, "planned": 120.0}
_RETURNED = 0.25  # of the breakdowns give a part back that was not used
LABOUR, PARTS, CREDIT = "labour", "parts", "credit"


@dataclass(frozen=True, slots=True)
class Cost:
    """One entry: hours or pieces, and an amount that is below zero for a credit."""

    kind: str
    quantity: float
    amount: float


def is_ordered(event: Failure | Service) -> bool:
    """Whether there is an order: a noise that somebody reported has none."""
    return isinstance(event, Failure) or event.kind == "planned"


def costs_of(event: Failure | Service) -> list[Cost]:
    """Entries of an event that has ended."""
    if not is_ordered(event):
        return []
    rng = np.random.default_rng((70, event.machine, event.number))
    kind = event.mode if isinstance(event, Failure) else event.kind
    hours = round((event.end - event.start) / 3_600_000, 2)
    parts = round(_PARTS[kind] * float(rng.uniform(0.7, 1.4)), 2)
    found = [Cost(LABOUR, hours, round(hours * HOURLY, 2)), Cost(PARTS, 1.0, parts)]
    if isinstance(event, Failure) and rng.random() < _RETURNED:
        found.append(Cost(CREDIT, 1.0, -round(0.1 * parts, 2)))
    return found
