"""Drift of features and key measures as rows: which measure of which machine or line began to drift when, each told once.

Here: measures of the current release by day, and the events kept in the Delta table <lake>/drift_events. Not here: when a
distribution has drifted (``quality.trust.drift``), who listens (``defs.sensors``, ``cli.drift``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.lake.commit import add_rows, data_files, table_version
from ingestion.typing.expressions import identifier, literal, literals
from orchestration.lib.workspace import Workspace
from quality.trust.drift import Floats, distances, episodes
from serving.release import Release

MEASURES = "_1h"
"""Ending of the columns that are looked at: windows of an hour; longer ones hold the same values again."""
LEFT_OUT = "_good_pct_1h"


@dataclass(frozen=True, slots=True)
class KeyMeasures:
    """Measures that people steer by: the table that an event names, the query for their values (equipment_id, day_no and a
    column each; a row counts where it has a value), and the tables that it reads, each in braces."""

    table: str
    columns: tuple[str, ...]
    query: str


BY_HOUR = KeyMeasures(
    "fct_equipment_hour",
    ("cycle_time_s", "energy_per_good_kwh"),
    """
    select equipment_id, epoch_us(hour_at) // 86400000000 as day_no,
        apt_s / nullif(produced_qty, 0) as cycle_time_s,
        energy_kwh / nullif(produced_qty - scrap_qty - rework_qty, 0) as energy_per_good_kwh
    from {fct_equipment_hour} left join
        (select equipment_id, hour_at, sum(energy_kwh) as energy_kwh from {fct_energy_hour} group by all)
        using (equipment_id, hour_at)
    where apt_s >= 1800 order by equipment_id, day_no""",
)
"""By machine, of hours that it worked for at least half of."""
BY_SHIFT = KeyMeasures(
    "mart_oee__equipment_shift",
    ("oee", "availability", "effectiveness", "scrap_ratio"),
    """
    select site_code || '-' || line as equipment_id, production_day - date '1970-01-01' as day_no,
        oee, availability, effectiveness, scrap_ratio
    from {mart_oee__equipment_shift} where pbt_s > 0 and line is not null order by equipment_id, day_no""",
)
"""By line, the machines of which give a value a shift each: a machine alone has too few shifts a week to tell."""
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
    """A measure of a machine or line is no longer what it was: first day, how far it was then, and the release that showed it."""

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
    """Give every event that a release shows, feature tables first, in the order of table, column and machine."""
    told_at = datetime.now(UTC)
    for table, column, equipment, days in _measures(release):
        for one in episodes(distances(days)):
            far = one.first
            yield DriftEvent(
                table, column, equipment, one.began_on, far.psi, far.ks, far.wasserstein, far.nulls, release.release_id, told_at
            )  # fmt: skip


def _measures(release: Release) -> Iterator[tuple[str, str, str, dict[date, Floats]]]:
    """Give (table, column, machine, values by UTC day) of features, whose missing values count, and of key measures."""
    tables = release.manifest.tables if release.manifest else ()
    for table in tables:
        columns = [name for name in table.columns if name.endswith(MEASURES) and not name.endswith(LEFT_OUT)]
        if table.dataset == "features" and columns and "equipment_id" in table.columns:
            query = _features(release.folder / table.file, columns)
            yield from ((table.name, *each) for each in _by_day(query, columns))
    files = {table.name: _parquet(release.folder / table.file) for table in tables}
    for measures in (BY_HOUR, BY_SHIFT):
        needed = [name for _, name, _, _ in Formatter().parse(measures.query) if name]
        if files.keys() >= set(needed):
            for each in _by_day(measures.query.format_map(files), measures.columns):
                yield measures.table, each[0], each[1], _with_values(each[2])


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


def _parquet(file: Path) -> str:
    return f"read_parquet({literal(str(file))}, hive_partitioning = false)"


def _features(file: Path, columns: Sequence[str]) -> str:
    values = ", ".join(identifier(name) for name in columns)
    return f"""
        select equipment_id, epoch_us(feature_at) // 86400000000 as day_no, {values}
        from {_parquet(file)} order by equipment_id, day_no"""


def _with_values(days: dict[date, Floats]) -> dict[date, Floats]:
    """Days without their missing values: a machine that does not work has no cycle time, which is no drift of it."""
    return {day: values[~np.isnan(values)] for day, values in days.items()}


def _by_day(query: str, columns: Sequence[str]) -> Iterator[tuple[str, str, dict[date, Floats]]]:
    """Give (column, machine, values by UTC day) of a query's rows, which come by machine and day; a missing value is NaN."""
    values = ", ".join(
        f"coalesce({identifier(name)}::double, 'nan'::double) as {identifier(name)}" for name in columns
    )
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.sql(f"select equipment_id, day_no, {values} from ({query})").to_arrow_table()
    machines, day_numbers = rows["equipment_id"].to_numpy(zero_copy_only=False), rows["day_no"].to_numpy()
    for name in columns:
        found = rows[name].to_numpy()
        for machine in np.unique(machines):
            of_machine = machines == machine
            numbers, starts = np.unique(day_numbers[of_machine], return_index=True)
            parts = np.split(found[of_machine], starts[1:])
            days = (date(1970, 1, 1).toordinal() + int(number) for number in numbers)
            yield name, str(machine), dict(zip(map(date.fromordinal, days), parts, strict=True))
