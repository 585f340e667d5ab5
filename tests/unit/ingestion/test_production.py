"""The section `production` of plant.yml: defaults, checks, and that dbt has the same defaults."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import PlantError
from ingestion.production import KPI_PROFILES, STATE_MODELS, ProductionParameters, read_production
from ingestion.settings import REPOSITORY

PLANT = Path("plant.yml")
INTERVENTION = {
    "code": "quick",
    "site_code": "1000",
    "line": "L1",
    "baseline_from": date(2025, 10, 6),
    "baseline_to": date(2025, 10, 12),
    "changed_from": date(2025, 10, 13),
    "changed_to": date(2025, 10, 19),
}


def test_what_is_left_out_has_its_default() -> None:
    assert read_production(PLANT, None) == ProductionParameters()
    read = read_production(PLANT, {"micro_stop_s": 120, "state_models": {"opcua": "packml"}})
    assert read == ProductionParameters(micro_stop_s=120, state_models={"opcua": "packml"})


def test_an_intervention_is_read_as_text() -> None:
    read = read_production(PLANT, {"interventions": [INTERVENTION]})
    assert read.interventions == ({key: str(value) for key, value in INTERVENTION.items()},)


def test_dbt_has_the_same_defaults() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    ours = asdict(ProductionParameters())
    lists = {name: list(value) for name, value in ours.items() if isinstance(value, tuple)}
    assert project["vars"]["production"] == ours | lists


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ([], "production is not a mapping"),
        ({"microstop_s": 5}, "unknown parameter 'microstop_s'"),
        ({"micro_stop_s": -1}, "micro_stop_s is -1"),
        ({"micro_stop_s": True}, "micro_stop_s is True"),
        ({"running_silence_s": float("nan")}, "running_silence_s is nan"),
        ({"low_speed_ratio": "fast"}, "low_speed_ratio is 'fast'"),
        ({"kpi_profile": "iso"}, "kpi_profile is 'iso'"),
        ({"state_models": {"opcua": "isa88"}}, "state_models of opcua is 'isa88'"),
        ({"state_precedence": ["mes", "mes"]}, "state_precedence is"),
        ({"interventions": {"a": 1}}, "interventions is not a list"),
        ({"interventions": [{"code": "a"}]}, "intervention {'code': 'a'}"),
        ({"interventions": [INTERVENTION | {"line": "L1'; drop table x"}]}, "line .* of an intervention"),
        (
            {"interventions": [INTERVENTION | {"baseline_to": "soon"}]},
            "intervention quick: Invalid isoformat",
        ),
        ({"interventions": [INTERVENTION | {"changed_from": "2025-10-12"}]}, "is not in order"),
        ({"interventions": [INTERVENTION, INTERVENTION]}, "two interventions are named 'quick'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_name(section: Any, named: str) -> None:
    with pytest.raises(PlantError, match=named):
        read_production(PLANT, section)


def test_every_profile_and_state_model_that_a_plant_may_choose_is_there() -> None:
    macros = REPOSITORY / "dbt_project" / "macros"
    profiles = (macros / "kpi" / "profiles.sql").read_text(encoding="utf-8")
    models = (macros / "production" / "state_models.sql").read_text(encoding="utf-8")
    assert not [name for name in KPI_PROFILES if f"'{name}': {{" not in profiles]
    assert not [name for name in STATE_MODELS if f"'{name}': " not in models]
