"""Conventions of the dbt project, read from its files: names, folders, descriptions, contracts, layers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt_project" / "models"
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "core": ("dim_", "fct_", "bridge_"),
    "marts": ("mart_",),
    "features": ("ftr_", "lbl_"),
}
# What a consumer can see, so its types are a promise.
PROMISED = ("core", "marts", "features")
PLAIN_TYPES = re.compile(
    r"(BIGINT|INTEGER|DOUBLE|VARCHAR|DATE|TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE|BOOLEAN|DECIMAL\(\d+,\s?\d+\))",
    re.IGNORECASE,
)


def models() -> list[Path]:
    return sorted(MODELS.rglob("*.sql"))


def layer_of(path: Path) -> str:
    return path.relative_to(MODELS).parts[0]


def properties_of(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    return next(model for model in document["models"] if model["name"] == path.stem)


def refs_of(path: Path) -> set[str]:
    return set(re.findall(r"ref\(\s*['\"](\w+)['\"]\s*\)", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", models(), ids=lambda path: path.stem)
class TestModel:
    def test_prefix_tells_the_layer(self, path: Path) -> None:
        assert path.stem.startswith(PREFIXES[layer_of(path)])

    def test_properties_stand_beside_the_sql(self, path: Path) -> None:
        assert path.with_suffix(".yml").is_file(), f"{path.stem}.yml is missing beside the SQL"

    def test_grain_is_told_first(self, path: Path) -> None:
        assert properties_of(path)["description"].lstrip().startswith("One row per ")

    def test_every_column_is_described(self, path: Path) -> None:
        columns = properties_of(path).get("columns", [])
        assert columns, "list the columns"
        assert not [column["name"] for column in columns if not column.get("description", "").strip()]

    def test_stays_readable(self, path: Path) -> None:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 120, "split it by meaning"

    def test_promised_types_are_plain(self, path: Path) -> None:
        if layer_of(path) in PROMISED:
            odd = {
                column["name"]: column.get("data_type")
                for column in properties_of(path)["columns"]
                if not PLAIN_TYPES.fullmatch(str(column.get("data_type")))
            }
            assert not odd, f"types outside the promise: {odd}"

    def test_layers_are_read_one_way(self, path: Path) -> None:
        layer = layer_of(path)
        allowed = {
            "staging": ("stg_",),
            "intermediate": ("stg_", "int_"),
            "marts": ("dim_", "fct_", "bridge_", "mart_"),
            "features": ("dim_", "fct_", "bridge_", "ftr_", "lbl_"),
        }.get(layer)
        if allowed:
            below = {name for name in refs_of(path) if not name.startswith(allowed)}
            assert not below, f"{layer} reads beyond its layers: {below}"

    def test_only_staging_reads_sources(self, path: Path) -> None:
        if layer_of(path) != "staging":
            assert not re.search(r"\bsource\(", path.read_text(encoding="utf-8"))


def test_contracts_are_enforced_on_what_consumers_see() -> None:
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    config = project["models"][project["name"]]
    for layer in PROMISED:
        assert config[layer]["+contract"] == {"enforced": True}, layer


def test_nothing_phones_home() -> None:
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["flags"]["send_anonymous_usage_stats"] is False
