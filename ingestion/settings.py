"""The only reader of the environment: where a home lies and how ingestion behaves.

Belongs here: every value that comes from environment variables (prefix TUNDISH_) and the layout of a home.
Does not belong here: what a plant is (plant.py), what a table is (contracts).
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[1]

_QUIET = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
}


_SAIL = {"SAIL_MODE": "local-cluster", "RUST_LOG": "error"}


class Settings(BaseSettings):
    """One home and one plant. Every field can be set as TUNDISH_<NAME>; arguments win over the environment."""

    model_config = SettingsConfigDict(env_prefix="TUNDISH_", extra="forbid", frozen=True)

    home: Path = Field(
        default=REPOSITORY / "data" / "runtime", description="folder of lake, warehouse and releases"
    )
    plant: Path = Field(
        default=REPOSITORY / "data" / "plants" / "demo", description="folder of the plant's files"
    )
    source_paths: dict[str, Path] = Field(
        default_factory=dict, description="JSON object system -> folder, overrides plant.yml"
    )
    settle_seconds: float = Field(
        default=10.0, ge=0, description="a younger file may still be written: it waits"
    )
    threads: int = Field(default=0, ge=0, description="threads of DuckDB, 0 = all cores")
    memory_limit: str = Field(default="1GB", description="memory that DuckDB may use while reading files")
    commit_bytes: int = Field(
        default=4 * 2**30, gt=0, description="source bytes that one Delta commit may cover"
    )
    max_line_bytes: int = Field(
        default=2**20, gt=0, description="a longer text line is quarantined, not read"
    )
    max_unpack_ratio: float = Field(
        default=500.0, gt=1, description="a packed file that grows more than this is refused as a bomb"
    )
    target: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="engine that builds the warehouse's models"
    )
    spark_remote: str = Field(
        default="",
        description="Spark Connect endpoint, sc://host:port; empty = PySail, started for the build",
    )
    person: str = Field(default="", description="who decides about quarantined rows where --by is not given")
    pseudonym_key: SecretStr = Field(
        default=SecretStr(""),
        description="key of the pseudonyms of persons; empty = a key that the home makes for itself",
    )
    audit_days: int = Field(
        default=30, ge=0, description="days that former versions of raw tables stay readable"
    )

    @field_validator("home", "plant")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @property
    def landing(self) -> Path:
        """Where exports arrive: <landing>/<system>/..."""
        return self.home / "landing"

    @property
    def lake(self) -> Path:
        """Root of all Delta tables of ingestion."""
        return self.home / "lake"

    @property
    def archive(self) -> Path:
        """Every committed file by its content: <archive>/<sha256><suffix>."""
        return self.home / "archive"

    @property
    def warehouse_path(self) -> Path:
        """The private DuckDB file that dbt builds, or that holds what Spark built."""
        return self._of_target(self.home / "warehouse") / "tundish.duckdb"

    @property
    def dbt_target(self) -> Path:
        """dbt's artifacts of this home."""
        return self._of_target(self.home / "dbt") / "target"

    @property
    def spark_tables(self) -> Path:
        """Delta tables of models that the target spark builds."""
        return self.home / "warehouse" / "spark" / "tables"

    @property
    def released(self) -> Path:
        """What consumers may read."""
        return self.home / "released"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run storage of this home."""
        return self.home / "dagster"

    def _of_target(self, folder: Path) -> Path:
        """Each target has its own place, so that both can stand in one home."""
        return folder if self.target == "duckdb" else folder / self.target

    def raw_path(self, raw_name: str) -> Path:
        """Delta folder of a raw table, e.g. lake/raw/sap_ecc__afru."""
        return self.lake / "raw" / raw_name

    def staging_path(self, raw_name: str) -> Path:
        """What becomes part of a raw table at its commit; what a killed run leaves there nobody sees."""
        return self.lake / "_staging" / raw_name

    def quarantine_path(self, raw_name: str) -> Path:
        """Delta folder of the rows that did not become raw."""
        return self.lake / "quarantine" / raw_name

    @property
    def ledger_path(self) -> Path:
        """Delta table with one row per attempt to take in a file."""
        return self.lake / "batches"

    @property
    def decisions_path(self) -> Path:
        """Delta table with what people decided about quarantined rows."""
        return self.lake / "decisions"

    @property
    def quality_results_path(self) -> Path:
        """Delta table with what the gates found, a row per rule, batch and run."""
        return self.lake / "quality_results"

    @property
    def pseudonym_key_path(self) -> Path:
        """The home's own key of the pseudonyms of persons."""
        return self.home / "secrets" / "pseudonym.key"

    @property
    def drift_events_path(self) -> Path:
        """Delta table with what began to drift, a row per measure, machine and episode."""
        return self.lake / "drift_events"

    @property
    def scratch(self) -> Path:
        """Short-lived spool files; safe to delete when nothing runs."""
        return self.home / "scratch"


def load_settings(home: Path | None = None, plant: Path | None = None, target: str | None = None) -> Settings:
    """Settings of the environment, with what the caller gives in its place where it is not None."""
    given = {"home": home, "plant": plant, "target": target}
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def secret_of_environment(name: str) -> str | None:
    """The value of a variable that a plant file names as {env: name}; None if it is not set."""
    return os.environ.get(name)


def quiet_third_parties() -> None:
    """Switch off the telemetry of every library that has one; call before importing them."""
    os.environ.update(_QUIET)


def use_system_allocator() -> None:
    """Let Arrow allocate by the system's allocator, unless its variable is set; call before pyarrow is imported.

    Its own keeps what threads have freed until the process ends: 170 of 780 MiB after the loads of a day.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def announce_spark(remote: str) -> None:
    """Tell this process where its Spark Connect endpoint is; dbt-spark's method `session` looks there."""
    os.environ["SPARK_REMOTE"] = remote


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Variables for dbt: where the warehouse and the artifacts of this home lie, telemetry off."""
    return {
        **_QUIET,
        **_SAIL,
        "TUNDISH_WAREHOUSE": str(settings.warehouse_path),
        "TUNDISH_SPARK_TABLES": str(settings.spark_tables),
        "DBT_TARGET_PATH": str(settings.dbt_target),
        "DBT_LOG_PATH": str(settings.dbt_target.parent / "logs"),
    }


def child_environment(settings: Settings) -> dict[str, str]:
    """The whole environment of a child process that runs dbt on this home."""
    return {**os.environ, **dbt_environment(settings)}
