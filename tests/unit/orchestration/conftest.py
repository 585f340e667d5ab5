"""A small plant in a temporary home; nothing of the demo plant's data is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.settings import Settings
from orchestration.lib.workspace import Workspace, workspace_of

PLANT_YML = """
name: small
title: Small plant
enterprise: Small Enterprise
sites:
  - {site_code: "1000", name: Duisburg, timezone: Europe/Berlin, currency: EUR, country: DE}
sources:
  mes: {}
  pi_historian: {}
  plant: {path: .}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    plant = tmp_path / "plant"
    plant.mkdir()
    (plant / "plant.yml").write_text(PLANT_YML)
    return workspace_of(Settings(home=tmp_path / "home", plant=plant, settle_seconds=0))
