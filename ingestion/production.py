"""Parameters of production facts in plant.yml: what counts as a stop, when silence is no data, which OEE is meant.

Belongs here: the section `production` of plant.yml, its defaults and its checks. How the parameters act stands in
dbt_project (models/intermediate/production, macros/production), what they mean in docs/how-to/states-and-oee.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from ingestion.errors import PlantError

STATE_MODELS = ("packml", "opc_40501", "opc_40001_1", "weihenstephan")
INTERVENTION_DAYS = ("baseline_from", "baseline_to", "changed_from", "changed_to")
INTERVENTION_KEYS = ("code", "site_code", "line", *INTERVENTION_DAYS)
_NAME = re.compile(r"[\w .-]{1,40}")
KPI_PROFILES = ("iso_22400", "nakajima", "umh", "odoo", "microsoft")


@dataclass(frozen=True)
class ProductionParameters:
    """How states, counters and orders become time elements. Durations are seconds.

    `state_models` maps a system to the preset that its states follow; `state_precedence` names systems, the one that is
    believed first in front; `low_speed_ratio` is a share of the planned speed. 0 switches minimum_run_s and
    low_speed_ratio off. An intervention has the keys INTERVENTION_KEYS; its days are ISO dates, both ends inclusive.
    """

    kpi_profile: str = "iso_22400"
    state_models: Mapping[str, str] = field(default_factory=dict)
    state_precedence: tuple[str, ...] = ()
    running_silence_s: float = 14400
    standing_silence_s: float = 604800
    counter_proof_s: float = 900
    micro_stop_s: float = 300
    minimum_run_s: float = 0
    low_speed_ratio: float = 0
    interventions: tuple[Mapping[str, str], ...] = ()


def read_production(path: Path, section: object) -> ProductionParameters:
    """Check the section `production` of the plant file `path`. Raises PlantError with the key and what it takes."""
    if section is None:
        return ProductionParameters()
    if not isinstance(section, dict):
        raise PlantError(path, "production is not a mapping.", "write keys and values below it.")
    known = {each.name for each in fields(ProductionParameters)}
    for key in section:
        if key not in known:
            raise PlantError(
                path, f"production: unknown parameter {key!r}.", f"use one of: {', '.join(sorted(known))}."
            )
    numbers = {
        key: _number(path, key, value) for key, value in section.items() if key.endswith(("_s", "_ratio"))
    }
    return ProductionParameters(
        kpi_profile=_one_of(path, "kpi_profile", section.get("kpi_profile", KPI_PROFILES[0]), KPI_PROFILES),
        state_models=_state_models(path, section.get("state_models") or {}),
        state_precedence=_systems(path, section.get("state_precedence") or []),
        interventions=_interventions(path, section.get("interventions") or []),
        **numbers,
    )


def _number(path: Path, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise PlantError(path, f"production: {key} is {value!r}.", "give a number that is not negative.")
    return value


def _one_of(path: Path, key: str, value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        raise PlantError(path, f"production: {key} is {value!r}.", f"use one of: {', '.join(known)}.")
    return str(value)


def _state_models(path: Path, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise PlantError(path, "production: state_models is not a mapping.", "write <system>: <state model>.")
    return {
        str(system): _one_of(path, f"state_models of {system}", model, STATE_MODELS)
        for system, model in value.items()
    }


def _systems(path: Path, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise PlantError(path, f"production: state_precedence is {value!r}.", "list systems, each once.")
    return tuple(map(str, value))


def _interventions(path: Path, value: Any) -> tuple[Mapping[str, str], ...]:
    if not isinstance(value, list):
        raise PlantError(
            path, "production: interventions is not a list.", "write one mapping per comparison."
        )
    read = tuple(_intervention(path, each) for each in value)
    codes = [each["code"] for each in read]
    for code in codes:
        if codes.count(code) > 1:
            raise PlantError(path, f"production: two interventions are named {code!r}.", "give each a code.")
    return read


def _intervention(path: Path, value: Any) -> Mapping[str, str]:
    """A comparison as text, which is how dbt takes it."""
    if not isinstance(value, dict) or set(value) != set(INTERVENTION_KEYS):
        raise PlantError(
            path, f"production: intervention {value!r}.", f"give it the keys {', '.join(INTERVENTION_KEYS)}."
        )
    read = {key: str(value[key]) for key in INTERVENTION_KEYS}
    for key in INTERVENTION_KEYS[:3]:
        if not _NAME.fullmatch(read[key]):
            raise PlantError(
                path,
                f"production: {key} {read[key]!r} of an intervention.",
                "use letters, digits, space, . _ -",
            )
    try:
        days = [date.fromisoformat(read[key]) for key in INTERVENTION_DAYS]
    except ValueError as error:
        raise PlantError(
            path, f"production: intervention {read['code']}: {error}.", "write YYYY-MM-DD."
        ) from error
    if not days[0] <= days[1] < days[2] <= days[3]:
        raise PlantError(
            path,
            f"production: intervention {read['code']}: {' '.join(map(str, days))} is not in order.",
            "let the baseline end before the changed period begins.",
        )
    return read
