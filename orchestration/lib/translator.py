"""How a node of dbt becomes an asset: key, group, owner, kinds, description.

Here: one small method per attribute. Not here: which nodes exist (the manifest) and running them (``dbt_build``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

LAYER_OWNERS = {
    "staging": "data-engineering",
    "intermediate": "data-engineering",
    "core": "data-engineering",
    "marts": "analytics",
    "features": "machine-learning",
}
"""Team that owns a layer's models, where a model's meta names no other."""


class WarehouseTranslator(DagsterDbtTranslator):  # type: ignore[misc]  # dagster_dbt ships no types
    """Names dbt nodes as design.md section 6 says: ``<layer>/<model>``, sources as their raw assets."""

    def __init__(self) -> None:
        """Two sources may stand for one raw asset: its current rows and their history."""
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Return the raw asset's key for a source, and layer and name for a model."""
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey(dbt_resource_props["config"]["meta"]["dagster"]["asset_key"])
        return AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer; a source belongs to its system's raw group."""
        if dbt_resource_props["resource_type"] == "source":
            return f"raw_{dbt_resource_props['source_name']}"
        return layer_of(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the description alone; the SQL stands in the file that metadata names."""
        return str(dbt_resource_props.get("description") or "").strip()

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return the team of the model's meta, else the team of its layer."""
        meta = (dbt_resource_props.get("config") or {}).get("meta") or {}
        team = meta.get("owner") or LAYER_OWNERS.get(layer_of(dbt_resource_props), "data-engineering")
        return [f"team:{team}"]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> dict[str, str]:
        """Return the area (or system) that the model's folder names."""
        folders = dbt_resource_props["fqn"][2:-1]
        return {"area": folders[-1]} if folders else {}

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetSpec:
        """Return the default spec with our kinds: dbt, the engine, and what the model is stored as."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = self.get_resource_props(manifest, unique_id)
        stored_as = (props.get("config") or {}).get("materialized")
        kinds = {"dbt", "duckdb", stored_as} if stored_as else {"duckdb"}
        named: AssetSpec = spec.replace_attributes(kinds=kinds).merge_attributes(
            metadata={"file": f"dbt_project/{props['original_file_path']}"}
        )
        return named


def layer_of(props: Mapping[str, Any]) -> str:
    """Return the layer of a model (its schema), or ``raw`` for a source."""
    return "raw" if props["resource_type"] == "source" else str(props["schema"])
