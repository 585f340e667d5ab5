"""The section `master_data` of plant.yml: defaults, checks, and that dbt has the same defaults and attributes."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import PlantError
from ingestion.master_data import ATTRIBUTES, MasterDataParameters, read_master_data
from ingestion.settings import REPOSITORY

PLANT = Path("plant.yml")


def test_what_is_left_out_has_its_default() -> None:
    assert read_master_data(PLANT, None) == read_master_data(PLANT, {}) == MasterDataParameters()
    given = {"words": {"ccm": "cc"}, "survivorship": {"material.name": ["odoo", "sap_ecc"]}}
    assert read_master_data(PLANT, given) == MasterDataParameters(
        words={"ccm": "cc"}, survivorship={"material.name": ("odoo", "sap_ecc")}
    )


def test_dbt_has_the_same_defaults() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    ours = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(MasterDataParameters()).items()}
    assert project["vars"]["master_data"] == ours


def test_attributes_are_those_of_the_models() -> None:
    macro = (REPOSITORY / "dbt_project/macros/master/records.sql").read_text(encoding="utf-8")
    for entity, attributes in ATTRIBUTES.items():
        (listed,) = re.findall(rf"'{entity}': \{{([^}}]+)\}}", macro)
        assert tuple(re.findall(r"'(\w+)':", listed)) == attributes


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ([], "master_data is not a mapping"),
        ({"priority": []}, "unknown parameter 'priority'"),
        ({"system_priority": ["odoo", "odoo"]}, "system_priority is"),
        ({"system_priority": ["o'doo"]}, "system_priority holds"),
        ({"match_from": 0.4}, "match_from is 0.4"),
        ({"match_from": 1.1}, "match_from is 1.1"),
        ({"doubt_from": float("nan")}, "doubt_from is nan"),
        ({"doubt_from": True}, "doubt_from is True"),
        ({"match_from": 0.8, "doubt_from": 0.9}, "doubt_from 0.9 is above match_from 0.8"),
        ({"words": ["ccm"]}, "words is not a mapping"),
        ({"words": {"cm³": "cc"}}, "words holds 'cm³'"),
        ({"words": {"ccm": "cubic cm"}}, "words holds 'cubic cm'"),
        ({"ignored_words": "gmbh"}, "ignored_words is 'gmbh'"),
        ({"survivorship": {"material.weight": "most_recent"}}, "unknown attribute 'material.weight'"),
        ({"survivorship": {"material.name": "newest"}}, "survivorship of material.name is 'newest'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_name(section: Any, named: str) -> None:
    with pytest.raises(PlantError, match=re.escape(named)):
        read_master_data(PLANT, section)
