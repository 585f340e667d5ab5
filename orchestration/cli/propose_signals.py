"""``tundish signals propose``: lines of signals.csv from the nodesets of a home. Not here: what makes a signal (dbt)."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.errors import ConfigurationError
from ingestion.plant import load_plant
from ingestion.settings import load_settings
from orchestration.cli.frame import Exit, Place
from orchestration.cli.rows import print_rows

_MODEL = "staging.stg_opcua_nodeset__signal_proposals"
_QUERY = f"""
    SELECT
        $site AS site_code, tag, nullif($machine, '') AS machine, measurement, signal_description AS description, unit, interpolation,
        $max_gap_s::DOUBLE AS max_gap_s, NULL AS low_limit, NULL AS high_limit, {{place}} || '/' || measurement AS uns_path
    FROM {_MODEL}
    WHERE ($below = '' OR {_MODEL}.uns_path = $below OR starts_with({_MODEL}.uns_path, $below || '/')) AND {{known}}
    ORDER BY {_MODEL}.uns_path
"""
_NOT_KNOWN = "tag NOT IN (SELECT tag FROM staging.stg_plant__signals)"
# The levels of ISA-95 down to the machine, without the characters that a path does not take.
_PLACE = """(
    SELECT max(regexp_replace(concat_ws('/', enterprise, site_code, area_code, line, equipment_code), '[^A-Za-z0-9_.:/-]', '', 'g'))
    FROM staging.stg_plant__equipment WHERE site_code = $site AND equipment_code = $machine
)"""


class NoNodesetsError(ConfigurationError):
    """The warehouse of the home has no nodesets."""

    def __init__(self, warehouse: Path) -> None:
        super().__init__(
            warehouse,
            "holds no OPC UA nodesets.",
            "add the system opcua_nodeset to plant.yml, deliver nodesets and run `tundish run`.",
        )


def main(place: Place, *, under: str, machine: str, max_gap_s: float) -> Exit:
    """Print the lines. Raises NoNodesetsError if there is nothing to read from."""
    settings = load_settings(home=place.home, plant=place.plant)
    site = load_plant(settings.plant, settings).sites[0].site_code
    if not settings.warehouse_path.exists():
        raise NoNodesetsError(settings.warehouse_path)
    below = under.strip("/").removeprefix("Objects/")
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        found = connection.sql(
            "SELECT view_name FROM duckdb_views() WHERE schema_name = 'staging'"
        ).fetchall()
        views = {name for (name,) in found}
        if _MODEL.removeprefix("staging.") not in views:
            raise NoNodesetsError(settings.warehouse_path)
        query = _QUERY.format(
            known=_NOT_KNOWN if "stg_plant__signals" in views else "true",
            place=_PLACE if "stg_plant__equipment" in views else "NULL",
        )
        given = {"site": site, "machine": machine, "max_gap_s": max_gap_s, "below": below}
        result = connection.execute(query, given)
        columns = [column[0] for column in result.description or []]
        print_rows(columns, result.fetchall(), "csv")
    return Exit.OK
