"""``tundish template``: what a user sees of templates and of files that are wrong."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from orchestration.cli import app


def invoke(*arguments: str):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["template", *arguments])


def test_list_and_write(tmp_path: Path):
    listed = invoke("list")
    assert listed.exit_code == 0
    assert "site_code, equipment_code, counted_at" in listed.output
    written = invoke("write", "counter", "--to", str(tmp_path), "--format", "parquet")
    assert written.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter.md", "counter.parquet"]
    assert invoke("write", "counter", "--to", str(tmp_path), "-f", "parquet").exit_code == 2
    assert invoke("write", "counters", "--to", str(tmp_path)).exit_code == 2


def test_check_tells_what_is_wrong_and_the_exit_code_says_so(tmp_path: Path):
    path = tmp_path / "supplier.csv"
    path.write_text("supplier_no,supplier_name,rating\nS1,Steel,1\n")
    good = invoke("check", str(path), "--home", str(tmp_path), "--timezone", "Asia/Kolkata")
    assert good.exit_code == 0, good.output
    assert "1 files, 1 rows, 0 files with problems (clock: Asia/Kolkata)" in good.output
    path.write_text("supplier_no,supplier_name,rating\n" + "S1,Steel,1\n" * 50 + "S2,Coal,none\n,Iron,1\n")
    bad = invoke("check", str(path), "--home", str(tmp_path))
    assert bad.exit_code == 1
    assert "supplier.csv line 52: type:rating, value 'none'" in bad.output
    assert "supplier.csv line 53: required:supplier_no, value ''" in bad.output
    assert "Next step: give every row a value there" in bad.output
    assert "49 rows repeat a key" in bad.output
    assert list(tmp_path.iterdir()) == [path]


def test_check_of_an_unknown_name_or_zone_is_wrong_usage(tmp_path: Path):
    path = tmp_path / "suppliers.csv"
    path.write_text("supplier_no\nS1\n")
    assert invoke("check", str(path), "--home", str(tmp_path)).exit_code == 2
    path.rename(tmp_path / "supplier.csv")
    wrong = invoke("check", str(tmp_path), "--home", str(tmp_path), "--timezone", "Mars/Base")
    assert wrong.exit_code == 2
    assert "no time zone" in wrong.output + wrong.stderr
