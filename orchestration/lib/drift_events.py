"""Drift of feature tables as rows: which measure of which machine began to drift when, each told once.

Here: features of the current release by day, and the events kept in the Delta table <lake>/drift_events. Not here: when a
distribution has drifted (``quality.trust.drift``), who listens (``defs.sensors``, ``cli.drift``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.lake.commit import add_rows, data_files, table_version
from ingestion.typing.expressions import identifier, literals
from orchestration.lib.workspace import Workspace
from quality.trust.drift import Floats, distances, episodes
from serving.release import Release

MEASURES = "_1h"
"""Ending of the columns that are looked at: windows of an hour; longer ones hold the same values again."""
LEFT_OUT = "_good_pct_1h"
SCHEMA = pa.schema([
    ("table_name", pa.string()),
    ("column_name", pa.string()),
    ("equipment_id", pa.string()),
    ("began_on", pa.date32()),
    ("psi", pa.float64()),
    ("ks", pa.float64()),
    ("wasserstein", pa.float64()),
    ("null_change", pa.float64()),
    ("release_id", pa.string()),
    ("told_at", pa.timestamp("us", tz="UTC")),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class DriftEvent:
    """A measure of a machine is no longer what it was: first day, how far it was then, and the release that showed it."""

    table_name: str
    column_name: str
    equipment_id: str
    began_on: date
    psi: float
    ks: float
    wasserstein: float
    null_change: float
    release_id: str
    told_at: datetime

    @property
    def key(self) -> tuple[str, str, str, date]:
        """What names the event over releases."""
        return self.table_name, self.column_name, self.equipment_id, self.began_on


def find_drift(release: Release) -> Iterator[DriftEvent]:
    """Give every event that the feature tables of a release show, in the order of table, column and machine."""
    told_at = datetime.now(UTC)
    for table in release.manifest.tables if release.manifest else ():
        columns = [name for name in table.columns if name.endswith(MEASURES) and not name.endswith(LEFT_OUT)]
        if table.dataset != "features" or not columns or "equipment_id" not in table.columns:
            continue
        for column, equipment, days in _by_day(release.folder / table.file, columns):
            for one in episodes(distances(days)):
                far = one.first
                yield DriftEvent(
                    table.name, column, equipment, one.began_on, far.psi, far.ks, far.wasserstein, far.nulls,
                    release.release_id, told_at,
                )  # fmt: skip


def tell_drift(workspace: Workspace, release: Release) -> list[DriftEvent]:
    """Keep the events of a release that no earlier call has kept, and return them."""
    told = {_key(row) for row in read_events(workspace)}
    new = [event for event in find_drift(release) if event.key not in told]
    if new:
        rows = pa.Table.from_pylist([asdict(event) for event in new], SCHEMA)
        add_rows(workspace.settings.drift_events_path, None, rows)
    return new


def read_events(workspace: Workspace) -> list[dict[str, object]]:
    """Return all events that were kept, oldest first, as rows of SCHEMA."""
    path = workspace.settings.drift_events_path
    if table_version(path) is None:
        return []
    query = f"from read_parquet([{literals(list(data_files(path)))}]) order by all"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows: list[dict[str, object]] = connection.sql(query).to_arrow_table().to_pylist()
    return rows


def _key(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("table_name", "column_name", "equipment_id", "began_on"))


def _by_day(file: Path, columns: list[str]) -> Iterator[tuple[str, str, dict[date, Floats]]]:
    """Give (column, machine, values by UTC day); a missing value is NaN."""
    values = ", ".join(
        f"coalesce({identifier(name)}::double, 'nan'::double) as {identifier(name)}" for name in columns
    )
    query = f"""
        select equipment_id, epoch_us(feature_at) // 86400000000 as day_no, {values}
        from read_parquet('{file}', hive_partitioning = false) order by equipment_id, day_no"""
    with duckdb.connect() as connection:
        rows = connection.sql(query).to_arrow_table()
    machines, day_numbers = rows["equipment_id"].to_numpy(zero_copy_only=False), rows["day_no"].to_numpy()
    for name in columns:
        found = rows[name].to_numpy()
        for machine in np.unique(machines):
            of_machine = machines == machine
            numbers, starts = np.unique(day_numbers[of_machine], return_index=True)
            parts = np.split(found[of_machine], starts[1:])
            days = (date(1970, 1, 1).toordinal() + int(number) for number in numbers)
            yield name, str(machine), dict(zip(map(date.fromordinal, days), parts, strict=True))
