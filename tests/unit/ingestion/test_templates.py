"""Templates: what they hold is what a check accepts, as CSV and as Parquet, and a check names what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from ingestion.check import Checked, check_file, matched
from ingestion.contracts import Contract
from ingestion.errors import ConfigurationError
from ingestion.settings import REPOSITORY, Settings
from ingestion.templates import delivered_columns, parquet_schema, templates, write_templates
from quality.contract_gate import evaluate_batch
from tests.unit.ingestion.home import Home

EVERY = templates()
ZONE = "Europe/Berlin"


def check(*paths: Path, zone: str = ZONE) -> list[Checked]:
    return [
        check_file(contract, file, zone, Settings(), gate=evaluate_batch)
        for contract, file in matched(EVERY, paths)
    ]


def filled(contract: Contract) -> list[str]:
    return [column.example for column in delivered_columns(contract)]


@pytest.mark.parametrize("contract", EVERY, ids=lambda contract: contract.table)
class TestEntity:
    def test_example_of_every_column_is_accepted_as_csv(self, contract: Contract, tmp_path: Path) -> None:
        data, page = write_templates([contract], tmp_path, "csv")
        assert data.read_text().strip().split(",") == [column.name for column in delivered_columns(contract)]
        with data.open("a") as handle:
            handle.write(",".join(filled(contract)) + "\n")
        (checked,) = check(data)
        assert checked.passed, (checked.result.message, checked.bad_rows)
        assert checked.result.rows_committed == 1
        for column in delivered_columns(contract):
            assert f"| {column.name} | " in page.read_text()

    def test_example_of_every_column_is_accepted_as_parquet(self, contract: Contract, tmp_path: Path) -> None:
        data, _ = write_templates([contract], tmp_path, "parquet")
        schema = pq.read_schema(data)
        cells = [
            pc.cast(pa.array([text]), field.type)
            for text, field in zip(filled(contract), schema, strict=True)
        ]
        pq.write_table(pa.table(cells, schema=schema), data)
        (checked,) = check(data)
        assert checked.passed, (checked.result.message, checked.bad_rows)
        assert checked.result.rows_committed == 1

    def test_only_required_columns_are_needed(self, contract: Contract, tmp_path: Path) -> None:
        needed = [column for column in delivered_columns(contract) if column.required]
        path = tmp_path / f"{contract.table}.only.csv"
        lines = (",".join(column.name for column in needed), ",".join(column.example for column in needed))
        path.write_text("\n".join(lines) + "\n")
        (checked,) = check(path)
        assert checked.passed, (checked.result.message, checked.bad_rows)
        path.write_text(f"other{lines[0].removeprefix(needed[0].name)}\n{lines[1]}\n")
        (checked,) = check(path)
        assert checked.result.status == "held"
        assert needed[0].name in checked.result.message


def test_every_entity_that_systems_may_feed_has_a_template() -> None:
    """What is united over the active systems; touched instants say what to recompute, they are no data."""
    models = REPOSITORY / "dbt_project" / "models" / "intermediate"
    texts = [path.read_text() for path in models.glob("*/int_*.sql")]
    entities = {name for text in texts for name in re.findall(r"union_active_systems\('(\w+)'\)", text)}
    assert {contract.table for contract in EVERY} == entities - {"touched_instant"}


def test_staging_and_contract_name_the_same_columns() -> None:
    for contract in EVERY:
        model = REPOSITORY / f"dbt_project/models/staging/canonical/stg_canonical__{contract.table}.yml"
        columns = yaml.safe_load(model.read_text())["models"][0]["columns"]
        names = [column["name"] for column in columns if not column["name"].startswith("_")]
        assert names == [column.name for column in contract.columns]


def test_wrong_rows_are_named_with_line_rule_and_value(tmp_path: Path) -> None:
    path = tmp_path / "counter.2025.csv"
    path.write_text(
        "equipment_code,site_code,total_count,counted_at\n"
        "M01,1000,5,2025-10-25 06:00:00\n"
        ",1000,6,2025-10-25 06:01:00\n"
        "M01,1000,-7,2025-10-25 06:02:00\n"
        "M01,1000,8,25.10.2025 06:03\n"
    )
    (checked,) = check(path)
    found = [(row.line, row.rule, row.value) for row in checked.bad_rows]
    assert sorted(found) == [
        (3, "required:equipment_code", ""), (4, "range:total_count", "-7"),
        (5, "type:counted_at", "25.10.2025 06:03"),
    ]  # fmt: skip
    assert not checked.passed


def test_a_misspelt_optional_column_is_no_pass(tmp_path: Path) -> None:
    path = tmp_path / "supplier.csv"
    path.write_text("supplier_no,supplier_name,preferred\nS1,Steel,true\n")
    (checked,) = check(path)
    assert [finding.rule for finding in checked.remarks] == ["unexpected_column"]
    assert not checked.passed


def test_names_that_belong_to_no_template(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        check(tmp_path / "none.csv")
    (tmp_path / "inspections.csv").write_text("a\n1\n")
    with pytest.raises(ConfigurationError, match=r"inspections\.csv.*no template"):
        check(tmp_path)
    with pytest.raises(ConfigurationError, match="no entity is called machine_states"):
        templates(["machine_states"])


def test_inspection_and_inspection_lot_are_told_apart(tmp_path: Path) -> None:
    for entity in ("inspection", "inspection_lot"):
        (contract,) = templates([entity])
        header = ",".join(column.name for column in delivered_columns(contract))
        (tmp_path / f"{entity}.csv").write_text(f"{header}\n{','.join(filled(contract))}\n")
    assert [(one.path.name, one.passed) for one in check(tmp_path)] == [
        ("inspection.csv", True), ("inspection_lot.csv", True),
    ]  # fmt: skip


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "signal.md").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"signal\.md is there already"):
        list(write_templates(templates(["signal"]), tmp_path, "csv"))
    assert [path.name for path in tmp_path.iterdir()] == ["signal.md"]


def test_both_forms_of_one_entity_land_in_one_table_in_order_of_delivery(tmp_path: Path) -> None:
    """A later file replaces a row by its key, whatever it is written in; an instant and a wall clock agree."""
    (contract,) = templates(["counter"])
    home = Home(tmp_path)
    home.deliver(
        "counter.csv",
        "site_code,equipment_code,counted_at,total_count\n1000,M1,2025-07-01 06:00:00,5\n1000,M1,2025-07-01 06:01:00,6\n",
    )
    wall = pa.table({"site_code": ["1000"], "equipment_code": ["M1"], "total_count": [9]})
    clock = pa.array(["2025-07-01 06:01:00"]).cast(pa.timestamp("us"))
    instant = pa.array(["2025-07-01 04:00:00"]).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    for name, column, count in (("counter.b.parquet", clock, 9), ("counter.c.parquet", instant, 10)):
        table = wall.set_column(2, "total_count", pa.array([count])).append_column("counted_at", column)
        pq.write_table(table, home.inbox / name)
        home.deliver(name, (home.inbox / name).read_bytes())
    home.deliver(
        "counter.d.csv", "site_code,equipment_code,counted_at,total_count\n1000,M1,2025-07-01 06:02:00,7\n"
    )
    load = home.load(contract)
    assert [batch.status for batch in load.batches] == ["committed"] * 4, [b.message for b in load.batches]
    assert home.rows(contract, "strftime(counted_at, '%H:%M'), total_count", order="counted_at") == [
        ("04:00", 10), ("04:01", 9), ("04:02", 7),
    ]  # fmt: skip


def test_the_repeated_hour_follows_the_order_of_each_machine(tmp_path: Path) -> None:
    """Rows are sorted by machine, then time: the step back from M1 to M2 is no change of the clock."""
    clocks = ("02:10:00", "02:50:00", "02:20:00")
    lines = [
        f"1000,M{machine},2025-10-26 {clock},{n}" for machine in (1, 2) for n, clock in enumerate(clocks)
    ]
    (contract,) = templates(["counter"])
    home = Home(tmp_path)
    home.deliver("counter.csv", "\n".join(["site_code,equipment_code,counted_at,total_count", *lines, ""]))
    home.load(contract)
    found = home.rows(contract, "equipment_code, strftime(counted_at, '%H:%M'), total_count", order="1, 3")
    assert found == [(f"M{n}", at, i) for n in (1, 2) for i, at in enumerate(("00:10", "00:50", "01:20"))]


def test_parquet_columns_are_described() -> None:
    (contract,) = templates(["reading"])
    field = parquet_schema(contract).field("value")
    assert field.metadata[b"description"].startswith(b"Number")
