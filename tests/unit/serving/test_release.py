"""Publishing, switching and listing: the former release survives everything that can go wrong."""

import json
import stat

import duckdb
import pytest

from serving.errors import (
    ReleaseIncompleteError,
    ReleaseNotFoundError,
    ReleaseNotGatedError,
    ReleasePointerError,
)
from serving.layout import REPORT_NAME, bi_root
from serving.release import (
    current_release,
    current_release_id,
    discard,
    list_releases,
    open_candidate,
    publish,
    record_gates,
    rollback,
)
from tests.unit.serving.warehouses import FAILED, PASSED, build, release, write_warehouse


@pytest.fixture
def released(tmp_path):
    return tmp_path / "released"


def rows_of(path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select count(*) from mart_oee").fetchall()[0][0]


def test_current_release_is_none_before_the_first(released):
    assert current_release(released) is None
    assert list_releases(released) == []


def test_publish_makes_a_gated_candidate_current_and_read_only(released, tmp_path):
    published = release(released, tmp_path)
    assert published.is_current
    assert published.complete
    assert published == current_release(released)
    assert rows_of(published.duckdb_path) == 3
    files = [path for path in published.folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o444}
    pointer = json.loads((bi_root(released) / "current.json").read_text())
    assert (bi_root(released) / pointer["duckdb"]) == published.duckdb_path


def test_the_page_about_the_run_is_part_of_the_release(released, tmp_path):
    page = tmp_path / "quality-of-the-run.html"
    page.write_text("<p>all rules hold</p>")
    candidate = build(released, write_warehouse(tmp_path / "warehouse.duckdb", rows=5))
    record_gates(candidate, PASSED, page)
    published = publish(candidate)
    stored = published.folder / REPORT_NAME
    assert stored.read_text() == page.read_text()
    stored.chmod(0o644)
    stored.write_text("<p>some rules hold</p>")
    assert not current_release(released).complete


@pytest.mark.parametrize("gates", [None, (), FAILED, (*PASSED, *FAILED)])
def test_publish_refuses_without_passed_gates_and_keeps_the_former(released, tmp_path, gates):
    former = release(released, tmp_path)
    before = {path: path.read_bytes() for path in bi_root(released).rglob("*") if path.is_file()}
    candidate = build(released, write_warehouse(tmp_path / "warehouse.duckdb", rows=5))
    if gates is not None:
        record_gates(candidate, gates)
    with pytest.raises(ReleaseNotGatedError, match="former release stays current"):
        publish(candidate)
    discard(candidate)
    assert current_release_id(released) == former.release_id
    assert {path: path.read_bytes() for path in bi_root(released).rglob("*") if path.is_file()} == before


def test_publish_refuses_a_candidate_that_lost_a_file(released, tmp_path):
    candidate = build(released, write_warehouse(tmp_path / "warehouse.duckdb"))
    record_gates(candidate, PASSED)
    (candidate.folder / "tables" / "mart_oee.parquet").unlink()
    with pytest.raises(ReleaseIncompleteError, match=r"mart_oee\.parquet is missing"):
        publish(candidate)
    assert current_release(released) is None


def test_publish_again_changes_nothing(released, tmp_path):
    published = release(released, tmp_path)
    candidate = open_candidate(released, published.release_id)
    assert publish(candidate) == published
    assert len(list_releases(released)) == 1


def test_open_readers_of_the_former_release_keep_their_rows(released, tmp_path):
    former = release(released, tmp_path, rows=3)
    with duckdb.connect(str(former.duckdb_path), read_only=True) as reader:
        assert reader.execute("select count(*) from mart_oee").fetchall() == [(3,)]
        latest = release(released, tmp_path, rows=8)
        assert reader.execute("select count(*) from mart_oee").fetchall() == [(3,)]
        assert rows_of(latest.duckdb_path) == 8
    assert rows_of(former.duckdb_path) == 3


def test_list_releases_is_newest_first_and_marks_the_current(released, tmp_path):
    first, second = release(released, tmp_path), release(released, tmp_path)
    listed = list_releases(released)
    assert [item.release_id for item in listed] == [second.release_id, first.release_id]
    assert [item.is_current for item in listed] == [True, False]


def test_rollback_switches_and_back(released, tmp_path):
    first, second = release(released, tmp_path, rows=3), release(released, tmp_path, rows=4)
    assert rollback(released, first.release_id).is_current
    assert rows_of(current_release(released).duckdb_path) == 3
    rollback(released, second.release_id)
    assert current_release_id(released) == second.release_id


def test_rollback_refuses_an_unknown_release_and_names_the_known(released, tmp_path):
    known = release(released, tmp_path)
    with pytest.raises(ReleaseNotFoundError, match=known.release_id):
        rollback(released, "20250101T000000Z-00000000")


@pytest.mark.parametrize("damage", ["missing", "flipped", "manifest", "no manifest"])
def test_rollback_refuses_a_damaged_release(released, tmp_path, damage):
    damaged, current = release(released, tmp_path), release(released, tmp_path)
    path = damaged.folder / "tables" / "mart_oee.parquet"
    manifest = damaged.folder / "manifest.json"
    if damage == "missing":
        path.unlink()
    elif damage == "flipped":
        path.chmod(0o644)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        manifest.unlink()
        if damage == "manifest":
            manifest.write_text('{"release_id": ')
    with pytest.raises(ReleaseIncompleteError):
        rollback(released, damaged.release_id)
    assert current_release_id(released) == current.release_id


def test_list_releases_says_what_is_wrong_with_an_incomplete_one(released, tmp_path):
    published = release(released, tmp_path)
    (published.folder / "tundish.duckdb").unlink()
    (listed,) = list_releases(released)
    assert not listed.complete
    assert listed.problem == "tundish.duckdb is missing"


def test_current_release_id_refuses_a_pointer_that_names_nothing(released, tmp_path):
    release(released, tmp_path)
    (bi_root(released) / "current.json").write_text("{}")
    with pytest.raises(ReleasePointerError, match="rollback"):
        current_release_id(released)


def test_discard_removes_the_candidate_once(released, tmp_path):
    candidate = build(released, write_warehouse(tmp_path / "warehouse.duckdb"))
    discard(candidate)
    discard(candidate)
    assert list(bi_root(released).iterdir()) == []
    with pytest.raises(ReleaseNotFoundError):
        open_candidate(released, candidate.release_id)
