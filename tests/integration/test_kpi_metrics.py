"""The metrics of MetricFlow against the marts of one run, at every grain that a mart offers; no SQL of ours is in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from tests.integration.conftest import DemoRun

pytest.importorskip("metricflow", reason="dbt-metricflow is in the extra dev: run make setup")
from tests.integration.metric_queries import Metrics

OEE = {
    name: name
    for name in (
        "availability", "effectiveness", "quality_ratio", "oee", "teep", "nee", "allocation_efficiency",
        "utilisation_efficiency", "technical_efficiency", "setup_rate", "scrap_ratio", "rework_ratio",
        "corrective_maintenance_ratio",
    )
}  # fmt: skip
QUALITY = {
    "first_pass_yield": "first_pass_yield",
    "cp": "cp",
    "cpk": "cpk",
    "measured_deviation": "std_value",
}
DELIVERY = {"quantity_adherence": "quantity_adherence", "throughput_per_h": "throughput_per_h"}
MAINTENANCE = {
    name: name
    for name in (
        "mtbf_s",
        "mttr_s",
        "mttr_censored_s",
        "failure_rate_per_h",
        "failure_rate_lower_per_h",
        "failure_rate_upper_per_h",
        "corrective_maintenance_ratio",
        "emergency_cost_ratio",
    )
} | {"corrective_maintenance_ratio": "corrective_ratio"}
SUPPLIERS = {
    "supplier_late_ratio": "shipped_late_pct / 100",
    "supplier_delivered_ratio": "received_pct / 100",
    "supplier_reject_ratio": "rejected_pct / 100",
}


@dataclass(frozen=True)
class Grain:
    """Metrics (name to expression over the mart) and keys (group by of MetricFlow to column) of one mart.

    The keys of one that `is_grouped` are not those of its rows: its expressions are aggregates. `where`: which rows count.
    """

    mart: str
    metrics: dict[str, str]
    keys: dict[str, str]
    is_grouped: bool = False
    where: str = "true"


GRAINS = [
    Grain("mart_oee__equipment_day", OEE, {"equipment__equipment_id": "equipment_id", "metric_time__day": "production_day"}),
    Grain("mart_oee__equipment_shift", OEE, {"equipment__equipment_id": "equipment_id", "shift": "shift_id"}),
    Grain("mart_oee__line", OEE, {"equipment__site_code": "site_code", "equipment__line": "line"}),
    Grain("mart_oee__order", OEE, {"production_order": "order_id"}),
    Grain("mart_oee__material", OEE, {"material": "material_id"}),
    Grain("mart_maintenance__equipment", MAINTENANCE, {"equipment__equipment_id": "equipment_id"}),
    Grain(
        "mart_energy__equipment_day",
        {"energy_per_good_kwh": "energy_per_good_kwh", "idle_energy_ratio": "idle_energy_pct / 100"},
        {"equipment__equipment_id": "equipment_id", "metric_time__day": "production_day"},
    ),
    Grain(
        "mart_quality__inspection",
        QUALITY,
        {
            "inspection__inspected_site_code": "site_code", "material": "material_id", "inspection__characteristic": "characteristic",
            "inspection__unit": "unit", "inspection__lower_limit": "lower_limit", "inspection__upper_limit": "upper_limit",
        },
    ),
    Grain("mart_delivery__order", DELIVERY, {"production_order": "order_id"}),
    Grain(
        "mart_delivery__summary",
        {name: name for name in ("schedule_adherence", "mean_lead_days", "quantity_adherence")},
        {"production_order__order_site_code": "site_code", "production_order__started_on__year": "make_date(start_year::int, 1, 1)"},
    ),
    Grain(
        "mart_downtime__pareto",
        {"downtime_s": "duration_s", "stop_count": "stop_count", "mean_stop_s": "mean_stop_s"},
        {
            "equipment__site_code": "site_code", "equipment__line": "line", "reason": "reason_id",
            "stop__time_element": "time_element",
        },
    ),
    Grain("mart_maintenance__failure_pareto", {"failure_count": "failure_count", "repair_time_s": "repair_s"},
          {"failure__failure_site_code": "site_code", "failure__failure_mode_code": "failure_mode_code"}),
    Grain("mart_oee__loss", {"lost_time_s": "loss_s", "big_loss_time_s": "case when big_loss_factor is null then 0 else loss_s end"},
          {"equipment__equipment_id": "equipment_id", "metric_time__day": "production_day", "loss__loss_code": "loss_code"},
          where="loss_code <> 'none'"),
    Grain(
        "mart_oee__loss",
        {
            "loss_ratio": "sum(case when loss_code <> 'none' then busy_share when busy_share is not null then 0 end)",
            "six_big_loss_ratio": "sum(case when big_loss_factor is not null then busy_share when busy_share is not null then 0 end)",
        },
        {"equipment__equipment_id": "equipment_id", "metric_time__day": "production_day"},
        is_grouped=True,
    ),
    Grain(
        "mart_oee__profile",
        {"availability": "availability", "effectiveness": "performance", "quality_ratio": "quality", "oee": "oee"},
        {"equipment__equipment_id": "equipment_id", "metric_time__day": "production_day"},
        where="profile_code = 'iso_22400'",
    ),
    Grain(
        "mart_oee__change",
        {"oee_contribution": "contribution"},
        {
            "oee_change__comparison": "comparison", "oee_change__comparison_code": "comparison_code",
            "oee_change__changed_site_code": "site_code", "oee_change__changed_line": "line",
            "oee_change__changed_equipment_id": "equipment_id", "oee_change__changed_loss_code": "loss_code",
        },
    ),
    Grain(
        "mart_oee__intervention",
        {
            "intervention_difference": "difference", "intervention_difference_lower": "difference_lower",
            "intervention_difference_upper": "difference_upper",
        },
        {"intervention__intervention_code": "comparison_code", "intervention__kpi_code": "kpi_code"},
    ),
    Grain(
        "mart_quality__control_chart",
        {
            "control_centre": "max(centre_value)", "lower_control_limit": "min(lower_control_limit)",
            "upper_control_limit": "max(upper_control_limit)", "beyond_limits_ratio": "avg(is_beyond_limits::int)",
        },
        {
            "control_point__chart_type": "chart_type", "control_point__charted_equipment_id": "equipment_id",
            "control_point__charted_characteristic": "characteristic", "material": "material_id",
        },
        is_grouped=True,
    ),
    Grain("mart_quality__defect_pareto", {"finding_count": "finding_count", "defect_quantity": "defect_qty"},
          {"defect__found_site_code": "site_code", "defect__found_by": "found_by", "defect__disposition": "disposition",
           "defect__defect_code": "defect_code", "material": "material_id"}),
    Grain("mart_stock__position", {"stock_turns": "stock_turns", "supply_days": "supply_days"},
          {"stock_position__stock_site_code": "site_code", "material": "material_id", "stock_position__stock_unit": "quantity_unit"}),
    Grain("mart_suppliers__delivery", SUPPLIERS,
          {"supplier": "supplier_id", "purchase_line__purchase_site_code": "site_code", "purchase_line__purchase_currency": "currency"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def metrics(demo: DemoRun) -> Metrics:
    return Metrics.of(demo.home / "dbt" / "target" / "semantic_manifest.json")


@pytest.fixture(scope="module")
def warehouse(demo: DemoRun) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(demo.home / "warehouse" / "tundish.duckdb"), read_only=True)
    con.execute("set timezone = 'UTC'")
    return con


def of_mart(con: duckdb.DuckDBPyConnection, grain: Grain) -> dict[tuple[Any, ...], dict[str, Any]]:
    values = ", ".join(f"{expression} as {name}" for name, expression in grain.metrics.items())
    cursor = con.execute(
        f"select {', '.join(grain.keys.values())}, {values} from marts.{grain.mart} where {grain.where}"
        + (" group by all" if grain.is_grouped else "")
    )
    found = {}
    for row in cursor.fetchall():
        key, rest = row[: len(grain.keys)], row[len(grain.keys) :]
        assert key not in found, f"{grain.mart}: {key} is not its grain"
        found[key] = dict(zip(grain.metrics, rest, strict=True))
    return found


def same(found: Any, expected: Any) -> bool:
    """Equal but for the order in which sums were taken; no value is not zero."""
    if found is None or expected is None:
        return found is expected
    return bool(float(found) == pytest.approx(float(expected), rel=1e-9, abs=1e-12))


@pytest.mark.parametrize("grain", GRAINS, ids=lambda grain: grain.mart)
def test_metrics_equal_their_mart_at_its_grain(
    metrics: Metrics, warehouse: duckdb.DuckDBPyConnection, grain: Grain
) -> None:
    expected = of_mart(warehouse, grain)
    found = metrics.rows(warehouse, list(grain.metrics), list(grain.keys))
    assert expected
    nothing = dict.fromkeys(grain.metrics)
    unlike = {
        key: (found.get(key), values)
        for key, values in expected.items()
        if not all(same(found.get(key, nothing)[name], value) for name, value in values.items())
    }
    assert not unlike
    # a mart may leave out what belongs to no order or material; it may not leave out anything else
    assert not [key for key in found.keys() - expected.keys() if None not in key and any(found[key].values())]


def test_a_site_and_a_month_are_sums_of_the_machines(
    metrics: Metrics, warehouse: duckdb.DuckDBPyConnection
) -> None:
    sums = warehouse.execute("""
        select site_code, date_trunc('month', production_day)::date,
            sum(planned_run_good_s) / sum(pbt_s), sum(apt_s) / sum(pbt_s)
        from marts.mart_oee__equipment_day group by all
    """).fetchall()
    found = metrics.rows(warehouse, ["oee", "availability"], ["equipment__site_code", "metric_time__month"])
    assert len(sums) >= 2
    for site, month, oee, availability in sums:
        values = found.pop((site, month))
        assert same(values["oee"], oee)
        assert same(values["availability"], availability)
    assert not found


# A column that has the name of a metric and is another ratio: what was confirmed, where the metric counts pieces of machines.
OTHER_RATIOS = {("mart_delivery__summary", "scrap_ratio"), ("mart_quality__scrap", "scrap_ratio")}


def test_every_metric_is_compared_with_every_mart_that_shows_it(
    metrics: Metrics, warehouse: duckdb.DuckDBPyConnection
) -> None:
    compared = {(grain.mart, name) for grain in GRAINS for name in grain.metrics}
    assert {name for _, name in compared} >= set(metrics.labelled)
    shown = warehouse.execute("""
        select table_name, column_name from duckdb_columns() where schema_name = 'marts' and database_name = current_database()
    """).fetchall()
    same_name = {(mart, column) for mart, column in shown if column in metrics.labelled}
    assert same_name - compared == OTHER_RATIOS
