"""Deleting: the current release is never among what goes, and a fresh candidate stays."""

import os
import time

import pytest

from serving.housekeeping import remove_orphans, retain
from serving.layout import bi_root
from serving.release import current_release_id, list_releases, rollback
from tests.unit.serving.warehouses import build, release, write_warehouse


@pytest.fixture
def four(tmp_path):
    """Four releases, oldest first."""
    ids = [release(tmp_path / "released", tmp_path, rows=rows).release_id for rows in (1, 2, 3, 4)]
    return tmp_path / "released", ids


def left(released) -> list[str]:
    return [item.release_id for item in reversed(list_releases(released))]


def test_retain_keeps_the_newest(four):
    released, ids = four
    assert set(retain(released, 2)) == set(ids[:2])
    assert left(released) == ids[2:]


def test_retain_never_deletes_the_current_even_if_it_is_the_oldest(four):
    released, ids = four
    rollback(released, ids[0])
    retain(released, 1)
    assert left(released) == [ids[0], ids[3]]
    assert current_release_id(released) == ids[0]


def test_retain_does_not_count_an_incomplete_release_as_kept(four):
    released, ids = four
    (released / "bi" / f"v={ids[2]}" / "tundish.duckdb").unlink()
    retain(released, 2)
    assert left(released) == [ids[1], ids[3]]


def test_retain_refuses_to_keep_nothing_and_needs_a_current_release(four):
    released, ids = four
    with pytest.raises(ValueError, match="keep is 0"):
        retain(released, 0)
    (bi_root(released) / "current.json").unlink()
    assert retain(released, 1) == []
    assert left(released) == ids


def test_remove_orphans_spares_fresh_candidates_and_removes_old_ones(tmp_path):
    released = tmp_path / "released"
    complete = build(released, write_warehouse(tmp_path / "warehouse.duckdb"))
    unfinished = build(released, tmp_path / "warehouse.duckdb")
    (unfinished.folder / "manifest.json").unlink()
    assert remove_orphans(released) == []
    two_hours_ago = time.time() - 7200
    for candidate in (complete, unfinished):
        os.utime(candidate.folder, (two_hours_ago, two_hours_ago))
    assert remove_orphans(released) == [unfinished.folder.name]
    assert remove_orphans(released, finished_s=3600) == [complete.folder.name]


def test_remove_orphans_of_a_home_without_releases(tmp_path):
    assert remove_orphans(tmp_path / "released") == []
