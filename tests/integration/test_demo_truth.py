"""The release of the demo plant against the simulator's truth, which the pipeline never reads."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.integration.conftest import DemoRun, rows

ELEMENTS = ("apt_s", "aust_s", "adet_s", "adot_s", "pdt_s", "not_scheduled_s", "no_data_s")


def test_quantities_match_exactly(release: duckdb.DuckDBPyConnection) -> None:
    counted = """
        select equipment_id, production_day, shift_code, order_id, material_id,
            sum(produced_qty)::bigint, sum(good_qty)::bigint, sum(scrap_qty)::bigint, sum(rework_qty)::bigint
        from fct_time_element where produced_qty <> 0 or scrap_qty <> 0 or rework_qty <> 0 group by all"""
    true = """
        select site_code || '-' || machine, production_day, shift_code, site_code || '-' || order_no, material_no,
            sum(produced)::bigint, sum(good)::bigint, sum(scrap)::bigint, sum(rework)::bigint
        from memory.truth_quantities where produced <> 0 or scrap <> 0 or rework <> 0 group by all"""
    assert rows(release, f"select count(*) from ({true})") != [(0,)]
    assert rows(release, f"({counted}) except ({true})") == []
    assert rows(release, f"({true}) except ({counted})") == []


def test_time_elements_match_within_a_second_per_border(release: duckdb.DuckDBPyConnection) -> None:
    differences = " + ".join(f"abs(coalesce(f.{name}, 0) - coalesce(t.{name}, 0))" for name in ELEMENTS)
    sums = ", ".join(f"sum({name}) as {name}" for name in ELEMENTS)
    worst = rows(
        release,
        f"""
        with f as (
            select equipment_id, production_day, shift_code, {sums} from fct_time_element group by all
        ), t as (
            select site_code || '-' || machine as equipment_id, production_day as production_day, shift_code, {sums}
            from memory.truth_time_elements group by all
        ), borders as (
            select equipment_id, production_day, shift_code, 2 * count(*) as borders
            from fct_state_interval group by all
        )
        select *, {differences} as off_s
        from t full join f using (equipment_id, production_day, shift_code)
        left join borders using (equipment_id, production_day, shift_code)
        where {differences} > coalesce(borders, 0)
        """,
    )
    assert worst == []


@pytest.mark.parametrize(("site", "day"), [("1000", "2025-10-25"), ("2000", "2025-11-01")])
def test_calendar_is_exhausted_on_the_day_with_25_hours(
    release: duckdb.DuckDBPyConnection, site: str, day: str
) -> None:
    hours = rows(
        release,
        f"""
        select distinct round(sum(calendar_s) / 3600.0, 3) from fct_time_element
        where site_code = '{site}' and production_day = date '{day}' group by equipment_id
        """,
    )
    assert hours == [(25.0,)]


def test_every_failure_is_found(release: duckdb.DuckDBPyConnection) -> None:
    missed = rows(
        release,
        """
        select t.site_code, t.machine, t.started_at from memory.truth_failures as t
        where not exists (
            select 1 from fct_failure as f
            where f.equipment_id = t.site_code || '-' || t.machine and f.started_at = t.reported_started_at
                and f.ended_at is not distinct from t.reported_ended_at
        )
        """,
    )
    assert missed == []
    assert rows(release, "select count(*) from fct_failure") == rows(
        release, "select count(*) from memory.truth_failures"
    )


def test_every_mart_shows_both_sites(release: duckdb.DuckDBPyConnection) -> None:
    marts = rows(
        release,
        """
        select table_name, bool_or(column_name = 'site_code') from duckdb_columns()
        where database_name = 'bi' and table_name like 'mart\\_%' escape '\\' group by all order by all
        """,
    )
    without_site = {mart for mart, has_site in marts if not has_site}
    # A dataset may hold the rows of all sites.
    assert without_site == {"mart_trust__column_day", "mart_trust__dataset_day"}
    for mart in {mart for mart, _ in marts} - without_site:
        assert rows(release, f"select distinct site_code from {mart} order by 1") == [("1000",), ("2000",)], (
            mart
        )


# Columns without any value, by mart and site; each with its reason.
DECIDED_AT_GREENVILLE = {"doubt", "decision_no", "reason", "decided_by", "decided_on"}
EMPTY = {
    # pairs stand with the record of the lesser system
    ("mart_health__master_match", "1000"): DECIDED_AT_GREENVILLE,
    # machines and counters agree in the demo
    ("mart_reconciliation__operation_shift", "1000"): {"machine_doubt"},
    ("mart_reconciliation__operation_shift", "2000"): {"machine_doubt"},
}


def test_no_column_of_a_mart_is_without_value_at_a_site(release: duckdb.DuckDBPyConnection) -> None:
    marts: dict[str, list[str]] = {}
    for mart, column in rows(
        release,
        """select table_name, column_name from duckdb_columns()
        where database_name = 'bi' and table_name like 'mart\\_%' escape '\\' order by all""",
    ):
        marts.setdefault(mart, []).append(column)
    empty: dict[tuple[str, str], set[str]] = {}
    for mart, columns in marts.items():
        part = "site_code" if "site_code" in columns else "'all'"
        counts = ", ".join(f"count({column})" for column in columns)
        for place, *found in rows(release, f"select {part}, {counts} from {mart} group by 1"):
            empty[mart, place] = {column for column, n in zip(columns, found, strict=True) if n == 0}
    assert len(marts) > 25
    assert {key: columns for key, columns in empty.items() if columns} == EMPTY


def test_purchases_in_dollars_are_shown_in_euros_at_the_rates_of_their_days(
    release: duckdb.DuckDBPyConnection,
) -> None:
    expected = """
        select supplier_id, currency, 'EUR', sum(line_amount), sum(round(line_amount::double * case when currency = 'EUR' then 1
            when order_date < date '2025-10-01' then 0.853 when order_date < date '2025-11-01' then 0.859 else 0.865
        end, 4)::decimal(18, 4)) from fct_purchase_line group by all order by all"""
    shown = """
        select supplier_id, currency, enterprise_currency, purchase_amount, purchase_enterprise_amount
        from mart_suppliers__delivery order by all"""
    assert rows(release, shown) == rows(release, expected)
    assert [row[:2] for row in rows(release, shown)] == [
        *((f"70000{n}", "EUR") for n in (1, 2, 3)),
        *((f"V-{n}", "USD") for n in (101, 102, 103)),
    ]
    assert rows(release, "select count(distinct order_status), count(*) > 20 from fct_purchase_line") == [
        (2, True)
    ]


# By shift at the site that confirms by shift, by operation at the one that confirms an operation once.
FOUND_DIFFERENCES = """
    with last as (select max(production_day) as day from memory.truth_misreports)
    select equipment_id, operation_id, case when site_code = '1000' then production_day end,
        case when site_code = '1000' then shift_code end,
        case when cause = 'not_yet_confirmed' and production_day >= last.day - 1 then 'missing_confirmation' else cause end,
        round(sum(passed_difference_qty)::double, 2), round(sum(scrap_difference_qty)::double, 2)
    from mart_reconciliation__operation_shift, last where cause is not null group by all"""
TRUE_DIFFERENCES = """
    select site_code || '-' || machine, site_code || '-' || order_no || '-' || operation_no,
        case when site_code = '1000' then production_day end, shift_code, cause, round(sum(passed), 2), round(sum(scrap), 2)
    from memory.truth_misreports group by all"""


def test_reconciliation_names_the_cause_of_what_was_misreported(release: duckdb.DuckDBPyConnection) -> None:
    """Every slip is found by its difference and its cause, and nothing else differs."""
    causes = rows(
        release,
        "select site_code, count(distinct cause) from memory.truth_misreports group by all order by 1",
    )
    assert causes == [("1000", 9), ("2000", 2)]
    assert rows(release, f"({FOUND_DIFFERENCES}) except ({TRUE_DIFFERENCES})") == []
    assert rows(release, f"({TRUE_DIFFERENCES}) except ({FOUND_DIFFERENCES})") == []
    doubts = rows(release, "select count(machine_doubt), count(*) from mart_reconciliation__operation_shift")
    assert doubts[0][0] == 0 < doubts[0][1]


def test_results_of_the_gates_add_up_to_what_was_read_and_to_the_scores(
    demo: DemoRun, release: duckdb.DuckDBPyConnection
) -> None:
    (line,) = [line for line in demo.output.splitlines() if line.split()[:1] == ["all"]]
    read, _, aside = (int(text.replace(",", "")) for text in line.split()[-3:])
    told = rows(
        release,
        """select sum(unexpected_count) filter (where outcome = 'put aside'),
            sum(batch_row_count) filter (where rule_name = 'malformed_row') from fct_quality_result where gate = 'contract'""",
    )
    assert told == [(aside, read)]
    results = rows(
        release,
        """select dataset, batch_date, dimension, 1 - unexpected_count / checked_count
            from fct_quality_result where gate = 'contract'""",
    )
    shares: dict[tuple[Any, ...], list[float]] = {}
    for dataset, day, dimension, share in results:
        shares.setdefault((dataset, day, dimension), []).append(share)
    for (dataset, day, dimension), found in shares.items():
        score = f"select {dimension}_pct from mart_trust__dataset_day where dataset = '{dataset}' and batch_date = '{day}'"
        assert rows(release, score) == [(pytest.approx(100 * sum(found) / len(found)),)]


def test_closing_table_shows_what_the_release_holds(
    demo: DemoRun, release: duckdb.DuckDBPyConnection
) -> None:
    lines = rows(release, "select line, printf('%.4f', oee) from mart_oee__line order by site_code, line")
    assert [line for line, _ in lines] == ["L1", "L2", "L3", "G1", "G2"]
    for line, oee in lines:
        assert any(line in text and oee in text for text in demo.output.splitlines()), (line, oee)


@pytest.mark.parametrize("tag", ["L1.M03.SPN_CUR", "ns=2;s=G2/M05/BearingTemperature"])
def test_a_renamed_and_a_converted_signal_run_on(release: duckdb.DuckDBPyConnection, tag: str) -> None:
    """Whole hours are the truth's to the rounding of the readings, on both sides of the change, but where trouble was injected."""
    [(before, after, near)] = rows(
        release,
        f"""
        with known as (
            select hour_at, abs(mean_value - mean) as off, hour_at < valid_from as is_before
            from memory.truth_signal_hours
            join dim_signal_period using (site_code) join dim_signal using (signal_id)
            join fct_signal_hour as hours using (signal_id, hour_at)
            where dim_signal_period.is_current and dim_signal.tag = '{tag}' and truth_signal_hours.tag = '{tag}'
                and hours.good_s > 3599.99 and hours.reading_count = truth_signal_hours.reading_count
        )
        select count(*) filter (is_before), count(*) filter (not is_before), count(*) filter (off < 0.01) / count(*) from known""",
    )
    assert before > 10
    assert after > 10
    assert near > 0.9
    assert rows(
        release,
        f"select count(*) from dim_signal_period join dim_signal using (signal_id) where tag = '{tag}'",
    ) == [(2,)]


def test_both_sites_measure_alike(release: duckdb.DuckDBPyConnection) -> None:
    """Sensors in degF, psi and in/s stand in the facts in the units of the other site."""
    means = """select site_code, avg(mean_value) from fct_signal_hour join dim_signal using (signal_id, site_code)
        where measurement = 'bearing_temp' group by all"""
    levels = dict(rows(release, means))
    assert abs(levels["1000"] - levels["2000"]) < 15
    assert (
        rows(release, "select measurement from dim_signal group by all having count(distinct unit) > 1") == []
    )
