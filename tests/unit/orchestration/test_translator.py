"""Names and owners of warehouse assets."""

from __future__ import annotations

import pytest
from dagster import AssetKey

from orchestration.lib.translator import WarehouseTranslator

MODEL = {
    "resource_type": "model",
    "name": "mart_oee__line",
    "schema": "marts",
    "fqn": ["tundish", "marts", "oee", "mart_oee__line"],
    "description": "One row per line.",
    "config": {"meta": {}},
}
SOURCE = {
    "resource_type": "source",
    "name": "afru__history",
    "source_name": "sap_ecc",
    "schema": "raw",
    "fqn": ["tundish", "staging", "sap_ecc", "sap_ecc", "afru__history"],
    "config": {"meta": {"dagster": {"asset_key": ["raw", "sap_ecc", "afru"]}}},
}


@pytest.fixture
def translator() -> WarehouseTranslator:
    return WarehouseTranslator()


def test_a_model_is_layer_and_name(translator):
    assert translator.get_asset_key(MODEL) == AssetKey(["marts", "mart_oee__line"])
    assert translator.get_group_name(MODEL) == "marts"
    assert translator.get_tags(MODEL) == {"area": "oee"}


def test_a_source_and_its_history_are_the_raw_asset(translator):
    assert translator.get_asset_key(SOURCE) == AssetKey(["raw", "sap_ecc", "afru"])
    assert translator.get_group_name(SOURCE) == "raw_sap_ecc"


def test_the_owner_is_the_models_own_or_that_of_its_layer(translator):
    owned = {**MODEL, "config": {"meta": {"owner": "maintenance-data"}}}
    assert translator.get_owners(MODEL) == ["team:analytics"]
    assert translator.get_owners(owned) == ["team:maintenance-data"]


def test_the_description_is_the_models_and_nothing_else(translator):
    assert translator.get_description(MODEL) == "One row per line."
