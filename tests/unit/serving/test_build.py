"""A candidate: what consumers get in it, and what it refuses to hold."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.settings import REPOSITORY
from quality.table_spec import ColumnSpec, TableSpec
from serving.build import build_candidate, copy_docs
from serving.errors import ReleaseBuildError
from serving.layout import bi_root
from serving.manifest import ReleaseInfo
from serving.tables import export_table
from tests.unit.serving.warehouses import FEATURES, OEE, build, write_warehouse

INFO = ReleaseInfo("abcdef0123456789")


@pytest.fixture
def warehouse(tmp_path):
    return write_warehouse(tmp_path / "warehouse.duckdb")


def test_build_candidate_is_hidden_and_changes_nothing_that_consumers_see(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    assert candidate.folder.name.startswith(".candidate-")
    assert [path.name for path in bi_root(tmp_path / "released").iterdir()] == [candidate.folder.name]


def test_build_candidate_writes_the_same_rows_into_duckdb_and_parquet(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    query = "select machine, epoch_us(started_at), pieces, amount, _release_id from {} order by machine"
    with duckdb.connect(str(candidate.folder / "tundish.duckdb"), read_only=True) as connection:
        in_duckdb = connection.execute(query.format("mart_oee")).fetchall()
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    with duckdb.connect() as connection:
        path = candidate.folder / "tables" / "mart_oee.parquet"
        in_parquet = connection.execute(query.format(f"'{path}'")).fetchall()
    assert tables == [("mart_oee",)]
    assert in_duckdb == in_parquet
    assert [row[0] for row in in_duckdb] == ["M0", "M1", "M2"]
    assert {row[-1] for row in in_duckdb} == {candidate.release_id}


def test_build_candidate_writes_explicit_types(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    schema = pq.read_schema(candidate.folder / "tables" / "mart_oee.parquet")
    assert [str(kind) for kind in schema.types] == [
        "string",
        "timestamp[us, tz=UTC]",
        "int64",
        "decimal128(18, 4)",
        "string",
    ]


def test_build_candidate_writes_a_storage_version_that_old_drivers_open(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    header = (candidate.folder / "tundish.duckdb").read_bytes()[:64]
    assert header[8:12] == b"DUCK"
    assert (
        int.from_bytes(header[12:20], "little") == 65
    )  # storage version of DuckDB 1.2; 2.0 writes a higher one


def test_build_candidate_leaves_no_write_ahead_log(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    assert not list(candidate.folder.rglob("*.wal"))


def test_build_candidate_carries_descriptions_into_the_duckdb(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    with duckdb.connect(str(candidate.folder / "tundish.duckdb"), read_only=True) as connection:
        table = connection.execute("select comment from duckdb_tables()").fetchall()
        column = connection.execute(
            "select comment from duckdb_columns() where column_name = 'machine'"
        ).fetchall()
    assert table == [("One row per machine; it's a test.",)]
    assert column == [("Machine's code",)]


def test_build_candidate_manifest_matches_the_files(tmp_path, warehouse):
    candidate = build(tmp_path / "released", warehouse)
    body = json.loads((candidate.folder / "manifest.json").read_text())
    files = {
        path.relative_to(candidate.folder).as_posix()
        for path in candidate.folder.rglob("*.*")
        if path.is_file()
    }
    assert set(body["files"]) == files - {"manifest.json"}
    for name, described in body["files"].items():
        content = (candidate.folder / name).read_bytes()
        assert described == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert {table["name"]: table["rows"] for table in body["tables"]} == {
        "mart_oee": 3,
        "ftr_equipment__1h": 3,
    }
    assert body["rows"] == 6
    assert body["info"]["raw_versions"] == {"mes__x": 4}


def test_schema_hash_changes_with_a_column_and_not_with_rows(tmp_path, warehouse):
    def schema_hash(*tables: TableSpec) -> str:
        candidate = build_candidate(warehouse, tmp_path / "released", tables, INFO)
        return json.loads((candidate.folder / "manifest.json").read_text())["schema_hash"]

    before = schema_hash(OEE, FEATURES)
    write_warehouse(warehouse, rows=7)
    assert schema_hash(OEE, FEATURES) == before
    assert schema_hash(replace(OEE, columns=OEE.columns[:-1]), FEATURES) != before


def test_build_candidate_twice_in_a_second_gives_two_ids(tmp_path, warehouse):
    first = build(tmp_path / "released", warehouse)
    second = build(tmp_path / "released", warehouse)
    assert first.release_id != second.release_id
    assert first.release_id < second.release_id


@pytest.mark.parametrize(
    ("table", "word"),
    [
        (TableSpec("mart_gone", "marts"), "no such table"),
        (replace(OEE, columns=(ColumnSpec("gone", "BIGINT"),)), "columns gone"),
        (replace(OEE, columns=(ColumnSpec("started_at", "TIMESTAMP"),)), "type TIMESTAMP"),
        (replace(OEE, columns=(ColumnSpec("machine", "BIGINT"),)), "'M0'"),
    ],
)
def test_build_candidate_refuses_and_leaves_nothing_behind(tmp_path, warehouse, table, word):
    with pytest.raises(ReleaseBuildError, match=word) as caught:
        build_candidate(warehouse, tmp_path / "released", (FEATURES, table), INFO)
    assert "Next step" in str(caught.value)
    assert list(bi_root(tmp_path / "released").iterdir()) == []


def test_build_candidate_writes_a_table_that_its_memory_does_not_hold(tmp_path, monkeypatch):
    rows, kept = 40_000, []
    columns = ", ".join(f"hash(i, {k})::varchar as c{k}" for k in range(20))
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.mart_wide as select {columns} from range({rows}) t(i)")

    def export(*given):
        kept.append(given[1].name)
        return export_table(*given)

    monkeypatch.setattr("serving.build.MEMORY_LIMIT", "8MB")
    monkeypatch.setattr("serving.build.export_table", export)
    wide = TableSpec("mart_wide", "marts")
    candidate = build_candidate(tmp_path / "warehouse.duckdb", tmp_path / "released", (wide,), INFO)
    assert kept == ["mart_wide"] * 2
    assert pq.read_metadata(candidate.folder / "tables" / "mart_wide.parquet").num_rows == rows
    with duckdb.connect(str(candidate.folder / "tundish.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from mart_wide").fetchall() == [(rows,)]
    assert [path.name for path in bi_root(tmp_path / "released").iterdir()] == [candidate.folder.name]


def test_build_candidate_gives_tables_in_the_order_asked_for(tmp_path, monkeypatch):
    rows = {f"mart_{name}": 40_000 if name in "ck" else 10 for name in "mkbcadzy"}
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        for name, count in rows.items():
            columns = ", ".join(f"hash(i, {k})::varchar as c{k}" for k in range(20))
            connection.execute(f"create table marts.{name} as select {columns} from range({count}) t(i)")
    monkeypatch.setattr("serving.build.MEMORY_LIMIT", "8MB")
    tables = [TableSpec(name, "marts") for name in rows]
    candidate = build_candidate(tmp_path / "warehouse.duckdb", tmp_path / "released", tables, INFO)
    manifest = json.loads((candidate.folder / "manifest.json").read_text())
    assert [(table["name"], table["rows"]) for table in manifest["tables"]] == list(rows.items())
    with duckdb.connect(str(candidate.folder / "tundish.duckdb"), read_only=True) as connection:
        for name, count in rows.items():
            assert connection.execute(f"select count(*) from {name}").fetchall() == [(count,)]


def test_build_candidate_knows_one_clock_wherever_it_runs(tmp_path, warehouse):
    text = TableSpec("mart_oee", "marts", columns=(ColumnSpec("started_at", "VARCHAR"),))
    code = f"""
from pathlib import Path
from quality.table_spec import ColumnSpec, TableSpec
from serving.build import build_candidate
from serving.manifest import ReleaseInfo
build_candidate(Path({str(warehouse)!r}), Path({str(tmp_path / "released")!r}), [{text!r}], ReleaseInfo("abcdef"))
"""
    abroad = os.environ | {"TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code], env=abroad, cwd=REPOSITORY, check=True)
    (written,) = (tmp_path / "released").rglob("mart_oee.parquet")
    texts = pq.read_table(written, columns=["started_at"])["started_at"].to_pylist()
    assert sorted(texts)[0] == "2025-10-26 00:30:00+00"


def test_build_candidate_without_a_warehouse_names_the_path(tmp_path):
    with pytest.raises(ReleaseBuildError, match=r"no warehouse at .*gone\.duckdb"):
        build(tmp_path / "released", tmp_path / "gone.duckdb")


def test_build_candidate_in_a_path_with_quotes_and_spaces(tmp_path):
    home = tmp_path / "plant's home"
    home.mkdir()
    candidate = build(home / "released", write_warehouse(home / "warehouse.duckdb"))
    assert (candidate.folder / "tables" / "mart_oee.parquet").is_file()


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (("static_index.html", "index.html"), "static"),
        (("index.html", "manifest.json", "catalog.json"), "site"),
        (("manifest.json",), "none"),
    ],
)
def test_copy_docs_takes_the_best_form_that_is_there(tmp_path, files, kind):
    target = tmp_path / "target"
    target.mkdir()
    for name in files:
        (target / name).write_text(name)
    assert copy_docs(target, tmp_path / "docs") == kind
    assert (tmp_path / "docs" / "index.html").is_file() == (kind != "none")
