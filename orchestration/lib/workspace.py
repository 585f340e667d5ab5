"""One home and one plant, read once: what every definition and command works on.

Here: settings, plant and contracts of the active systems as one frozen value. Not here: reading the environment
(``ingestion.settings``), opening a Dagster instance (``instance``), preparing dbt (``dbt_project``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingestion.contracts import Contract, load_contracts
from ingestion.formats import check_options
from ingestion.plant import Plant, load_plant
from ingestion.settings import REPOSITORY, Settings, load_settings

DBT_PROJECT = REPOSITORY / "dbt_project"


@dataclass(frozen=True)
class Workspace:
    """Settings of a home, its plant, and the contracts of the plant's active systems."""

    settings: Settings
    plant: Plant
    contracts: tuple[Contract, ...]

    @property
    def lock_path(self) -> Path:
        """File whose lock says that a run works on this home."""
        return self.settings.home / "run.lock"

    def contracts_of(self, system: str) -> tuple[Contract, ...]:
        """Contracts of one system, in the order of their tables."""
        return tuple(contract for contract in self.contracts if contract.system == system)

    @property
    def systems(self) -> tuple[str, ...]:
        """Active systems that have contracts, in the plant's order."""
        return tuple(dict.fromkeys(contract.system for contract in self.contracts))

    @property
    def dbt_vars(self) -> dict[str, Any]:
        """Variables that make the dbt project this plant's."""
        return {
            "active_systems": list(self.plant.systems),
            "sites": [
                {
                    "site_code": site.site_code,
                    "name": site.name,
                    "timezone": site.timezone,
                    "currency": site.currency,
                    "country": site.country,
                }
                for site in self.plant.sites
            ],
            "enterprise": self.plant.enterprise,
            "enterprise_currency": self.plant.currency,
            "source_sites": {source.system: source.site_code for source in self.plant.sources},
            "production": asdict(self.plant.production),
            "master_data": asdict(self.plant.master_data),
        }


def open_workspace(
    home: Path | None = None, plant: Path | None = None, target: str | None = None
) -> Workspace:
    """Read settings, plant and contracts. Raises ConfigurationError with the file and the next step."""
    return workspace_of(load_settings(home=home, plant=plant, target=target))


def workspace_of(settings: Settings) -> Workspace:
    """Return the workspace of given settings."""
    plant = load_plant(settings.plant, settings)
    contracts = tuple(load_contracts(plant.systems))
    check_options(contracts)
    return Workspace(settings, plant, contracts)
