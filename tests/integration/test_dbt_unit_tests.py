"""Every dbt unit test, with every system active: the project is built on empty raw tables and its rules are asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.integration.plant_rows import Plant, create_raw

PROJECT = Path(__file__).parents[2] / "dbt_project"
SITE = {
    "site_code": "1000",
    "name": "Duisburg",
    "timezone": "Europe/Berlin",
    "currency": "EUR",
    "country": "DE",
}


def written() -> int:
    """Unit tests in the properties files."""
    files = (yaml.safe_load(path.read_text()) for path in (PROJECT / "models").rglob("*.yml"))
    return sum(len(document.get("unit_tests", ())) for document in files)


def test_unit_tests_of_all_models_hold(tmp_path: Path) -> None:
    warehouse = tmp_path / "tundish.duckdb"
    create_raw(warehouse, Plant())
    systems = sorted(
        path.name for path in (PROJECT.parent / "ingestion" / "sources").iterdir() if path.is_dir()
    )
    variables = {"active_systems": systems, "sites": [SITE], "enterprise": "Demo Drives"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {"TUNDISH_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "build", "--empty", "--exclude-resource-type", "test",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(variables),
            "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
        ],
        env=environment, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    asked = [result for result in results if result["unique_id"].startswith("unit_test.")]
    assert {result["status"] for result in asked} == {"pass"}
    assert len(asked) == written()
