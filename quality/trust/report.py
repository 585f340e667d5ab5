"""The quality of one run as one page of HTML: what failed, where, since when, example rows, what to do.

Here: from results of rules to the page; the template is report.html.j2. It needs no server, no script and no other file. Not
here: keeping results and pages (`orchestration.lib.quality_results`, `quality_reports`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quality.trust.column_day import COLUMN_DAY
from quality.trust.dataset_day import DATASET_DAY
from quality.trust.dimensions import DIMENSIONS
from quality.trust.sparkline import Bar, bars

GATES = {"contract": "contract gate", "dbt": "dbt tests", "release": "release gate"}
LACKING_SHOWN = 50
WORST_FIRST = ("blocked", "held", "put aside", "told")
WHAT_TO_DO = {
    "blocked": "Nothing was released. Correct the data or the model that the rule names, then tundish run.",
    "held": "Nothing of these files was taken in. Mend the export or the contract, then tundish run.",
    "put aside": "mend the rule and replay the rows, release them, or discard them.",
    "told": "Nothing was held back. Look whether the source should do otherwise, or the rule.",
}
_FAILED = """
with of_run as (from results where run_id = $run and not is_passed),
days as (
    select gate, dataset, rule_name, column_name, batch_date, bool_and(is_passed) as is_good,
        sum(unexpected_count) / sum(checked_count) as share
    from results semi join of_run using (gate, dataset, rule_name, column_name) group by all
),
history as (
    select gate, dataset, rule_name, column_name, list((batch_date, share) order by batch_date) as shares,
        max(batch_date) filter (where is_good) as last_good, list(batch_date order by batch_date) filter (where not is_good) as bad
    from days group by all
)
select gate, dataset, rule_name, column_name, any_value(dimension) as dimension, any_value(severity) as severity,
    arg_max(rule_text, batch_date) as rule_text, arg_max(outcome, batch_date) as outcome,
    sum(unexpected_count)::bigint as unexpected_count, sum(checked_count)::bigint as checked_count,
    arg_max(observed_text, batch_date) as observed_text, arg_max(sample_text, batch_date) as sample_text,
    coalesce(list_filter(any_value(bad), lambda day: day > any_value(last_good))[1], any_value(bad)[1]) as since_date,
    max(batch_date) as last_date, any_value(shares)[-60:] as shares
from of_run inner join history using (gate, dataset, rule_name, column_name)
group by gate, dataset, rule_name, column_name"""
_GATES = """
select gate, count(*) as rules, count_if(not is_passed) as failed, sum(checked_count)::bigint as checked,
    sum(unexpected_count)::bigint as unexpected, count_if(outcome in ('held', 'blocked')) as blocking
from results where run_id = $run group by gate order by gate"""

_LACKING = f"""
select dataset, column_name, batch_date, null_pct, expected_null_pct from ({COLUMN_DAY}) where is_null_anomaly
order by batch_date desc, dataset, column_name limit {LACKING_SHOWN}"""


@dataclass(frozen=True, slots=True)
class Failure:
    """One rule that something was against, with its last sixty days."""

    gate: str
    dataset: str
    rule_name: str
    column_name: str
    dimension: str
    severity: str
    rule_text: str
    outcome: str
    unexpected_count: int
    checked_count: int
    observed_text: str
    sample_text: str
    since_date: date
    last_date: date
    shares: list[dict[str, Any]] = field(repr=False)

    @property
    def what_to_do(self) -> str:
        """The next step."""
        return WHAT_TO_DO[self.outcome]

    @property
    def share_pct(self) -> float:
        """Share of the checked rows that were against the rule, in per cent."""
        return 100.0 * self.unexpected_count / self.checked_count

    @property
    def picture(self) -> Sequence[Bar]:
        """Share by day as bars."""
        points = [tuple(point.values()) for point in self.shares]
        return bars([(day, 100.0 * share, None) for day, share in points])


@dataclass(frozen=True, slots=True)
class Subject:
    """What the page is about; `release_id` is empty if nothing was released, `verdict` says why in one line."""

    plant: str
    run_id: str
    judged_at: datetime
    release_id: str = ""
    verdict: str = ""


def newest_run(connection: duckdb.DuckDBPyConnection, run_id: str = "") -> tuple[str, datetime] | None:
    """Id and time of the run that judged last, or of the one that is asked for; None if it judged nothing."""
    query = "select run_id, judged_at from results where $1 in ('', run_id) order by judged_at desc limit 1"
    found = connection.execute(query, [run_id]).fetchone()
    return (str(found[0]), found[1]) if found else None


def render_report(connection: duckdb.DuckDBPyConnection, subject: Subject) -> str:
    """Return the page of one run out of the relations `results` (columns of rows.SCHEMA, each result once) and `ledger`."""
    connection.execute("set timezone = 'UTC'")
    asked = {"run": subject.run_id}
    found = connection.sql(_FAILED, params=asked).to_arrow_table().to_pylist()
    failures = sorted((Failure(**row) for row in found), key=_weight)
    gates = connection.sql(_GATES, params=asked).to_arrow_table().to_pylist()
    days = (
        connection.sql(f"from ({DATASET_DAY}) order by dataset, layer, batch_date")
        .to_arrow_table()
        .to_pylist()
    )
    lacking = connection.sql(_LACKING).to_arrow_table().to_pylist()
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        subject=subject,
        gates=gates,
        gate_names=GATES,
        failures=failures,
        dimensions=DIMENSIONS,
        datasets=_datasets(days),
        lacking=lacking,
    )


def _weight(failure: Failure) -> tuple[int, float, str, str]:
    return WORST_FIRST.index(failure.outcome), -failure.share_pct, failure.dataset, failure.rule_name


def _datasets(days: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last day of each dataset with pictures of its trust and volume, the worst first."""
    by_name: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for day in days:
        by_name.setdefault((day["dataset"], day["layer"]), []).append(day)
    return sorted(
        (_dataset(found[-60:]) for found in by_name.values()),
        key=lambda one: (one["trust_pct"], one["dataset"]),
    )


def _dataset(days: Sequence[dict[str, Any]]) -> dict[str, Any]:
    judged = [day for day in days if day["trust_pct"] is not None]
    return {
        **judged[-1],
        "anomalies": [day for day in days if day["is_volume_anomaly"]],
        "trust": bars([(day["batch_date"], 100.0 - day["trust_pct"], None) for day in judged]),
        "volume": bars([(day["batch_date"], day["row_count"], day["expected_row_count"]) for day in days],
                       [day["is_volume_anomaly"] for day in days]),
    }  # fmt: skip
