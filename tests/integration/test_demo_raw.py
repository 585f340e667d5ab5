"""Raw tables and quarantine of the demo plant against the faults that the simulator labelled."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.dataset as ds
import pytest

from tests.integration.conftest import DemoRun, rows


def quarantined(home: Path) -> set[tuple[str, str, int, str]]:
    """(table, file, row, rule) of every quarantined row, read without the pipeline's code."""
    found: set[tuple[str, str, int, str]] = set()
    for table in sorted((home / "lake" / "quarantine").iterdir()):
        for row in ds.dataset(table, format="parquet", partitioning="hive").to_table().to_pylist():
            found.add((table.name, Path(row["file"]).name, row["source_row"], row["rule"]))
    return found


def test_quarantine_holds_the_injected_faults_and_nothing_else(
    demo: DemoRun, release: duckdb.DuckDBPyConnection
) -> None:
    injected = set(
        rows(
            release,
            """
            select "table", file, source_row, rule from memory.truth_faults where expected = 'quarantined'
            """,
        )
    )
    assert injected
    assert quarantined(demo.home) == {(t, Path(f).name, r, rule) for t, f, r, rule in injected}


def test_rules_about_batches_find_the_labelled_records_and_nothing_else(
    release: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(
        release,
        """
        select dataset, rule_name, sum(unexpected_count)::bigint from fct_quality_result
        where gate = 'contract' and rule_name like 'expect_%' and not is_passed group by all""",
    )
    swapped = rows(
        release,
        """
        select count(*) from memory.truth_faults where fault_kind = 'out_of_order' and "table" = 'mes__machine_states'""",
    )[0][0]
    told = {(dataset, rule): count for dataset, rule, count in found}
    told.pop(
        ("opcua__readings", "expect_series_to_have_one_value"), None
    )  # a change of unit that the plant knows of
    assert swapped > 0
    assert told == {("mes__machine_states", "expect_series_to_never_go_back"): swapped}
    asked = "select count(distinct rule_name) from fct_quality_result where gate = 'contract' and rule_name like 'expect_%'"
    assert rows(release, asked) == [(6,)]


def raw(home: Path, table: str) -> str:
    """A relation over every file of a raw table: the demo home is never compacted, so each file is live."""
    return f"read_parquet('{home}/lake/raw/{table}/**/*.parquet', hive_partitioning = true)"


def labelled(kind: str, table: str) -> str:
    """Rows that the simulator labelled, by base name and record number."""
    return f"""
        select parse_filename(file) as _source_file, source_row as _source_row
        from memory.truth_faults where fault_kind = '{kind}' and "table" = '{table}'"""


@pytest.mark.parametrize(
    ("kind", "table", "corrected"),
    [
        ("sentinel", "pi_historian__readings", "value is null and value_state is null"),
        ("pi_state", "pi_historian__readings", "value is null and value_state is not null"),
        ("late_row", "pi_historian__readings", "value is not null"),
        ("out_of_order", "pi_historian__readings", "value is not null"),
        ("cancelled_confirmation", "sap_ecc__afru", "stokz = 'X'"),
        ("cancelling_confirmation", "sap_ecc__afru", "stzhl is not null"),
        ("bad_status", "opcua__readings", "value is null and status = 'bad'"),
    ],
)
def test_corrected_rows_are_raw_as_the_rule_has_them(
    demo: DemoRun, release: duckdb.DuckDBPyConnection, kind: str, table: str, corrected: str
) -> None:
    counted = rows(
        release,
        f"""
        select count(*), count(*) filter ({corrected})
        from ({labelled(kind, table)}) as labelled join {raw(demo.home, table)} using (_source_file, _source_row)
        """,
    )
    expected = rows(release, f"select count(*), count(*) from ({labelled(kind, table)})")
    assert expected[0][0] > 0
    assert counted == expected


def test_cancelled_confirmations_do_not_reach_the_star(
    demo: DemoRun, release: duckdb.DuckDBPyConnection
) -> None:
    kept = """
        with current as (
            select *, row_number() over (
                partition by mandt, rueck, rmzhl order by _ingested_at desc, _source_row desc
            ) as age
            from {raw}
        ), cancelled as (select mandt, rueck, stzhl as rmzhl from current where age = 1 and stzhl is not null)
        select count(*) from current anti join cancelled using (mandt, rueck, rmzhl)
        where age = 1 and stzhl is null and stokz is distinct from 'X'
    """
    in_star = rows(release, "select count(*) from fct_confirmation where site_code = '1000'")
    assert in_star == rows(release, kept.format(raw=raw(demo.home, "sap_ecc__afru")))
    assert in_star[0][0] > 0


def test_duplicates_of_readings_count_once(demo: DemoRun, release: duckdb.DuckDBPyConnection) -> None:
    for site, table, tag in (
        ("1000", "pi_historian__readings", "tag"),
        ("2000", "opcua__readings", "signal"),
    ):
        delivered, distinct = rows(
            release,
            f"""
            select count(*), count(distinct (signal_id, reading_at)) from {raw(demo.home, table)}
            join dim_signal_period on source_tag = {tag} and reading_at >= valid_from and reading_at < valid_to
            """,
        )[0]
        assert delivered > distinct
        aggregated = f"select sum(reading_count)::bigint from fct_signal_hour where site_code = '{site}'"
        assert rows(release, aggregated) == [(distinct,)]


def test_reexport_replaces_by_key_and_leaves_history(
    demo: DemoRun, release: duckdb.DuckDBPyConnection
) -> None:
    wrong = rows(
        release,
        f"""
        with labelled as ({labelled("wrong_until_reexport", "sap_ecc__afru")}), afru as (
            select *, row_number() over (
                partition by mandt, rueck, rmzhl order by _ingested_at desc, _source_row desc
            ) as age
            from {raw(demo.home, "sap_ecc__afru")}
        )
        select old.lmnga <> again.lmnga, again.lmnga = current.lmnga, fct.yield_qty = again.lmnga
        from labelled join afru as old using (_source_file, _source_row)
        join afru as again on old.rueck = again.rueck and old.rmzhl = again.rmzhl
        join afru as current on old.rueck = current.rueck and old.rmzhl = current.rmzhl and current.age = 1
        left join fct_confirmation as fct on fct.confirmation_id = '1000-' || old.rueck || '-' || old.rmzhl
        where again._source_file like '%\\_R1.csv' escape '\\'
        """,
    )
    assert len(wrong) == 4
    assert set(wrong) == {(True, True, True)}
