"""The section `production` of plant.yml: defaults, checks, and that dbt has the same defaults."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import PlantError
from ingestion.production import KPI_PROFILES, STATE_MODELS, ProductionParameters, read_production
from ingestion.settings import REPOSITORY

PLANT = Path("plant.yml")


def test_what_is_left_out_has_its_default() -> None:
    assert read_production(PLANT, None) == ProductionParameters()
    read = read_production(PLANT, {"micro_stop_s": 120, "state_models": {"opcua": "packml"}})
    assert read == ProductionParameters(micro_stop_s=120, state_models={"opcua": "packml"})


def test_dbt_has_the_same_defaults() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    ours = asdict(ProductionParameters())
    assert project["vars"]["production"] == ours | {"state_precedence": list(ours["state_precedence"])}


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
