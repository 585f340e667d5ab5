"""A process killed between any two file operations of a publication leaves a readable current release.

The child counts its own file operations through an audit hook and kills itself (SIGKILL) before the n-th.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from serving.housekeeping import remove_orphans
from serving.layout import bi_root
from serving.release import current_release, list_releases, open_candidate, publish, rollback
from tests.unit.serving.warehouses import PASSED, build, record_gates, release, write_warehouse

IN_RELEASED = ("os.rename", "os.chmod", "open")
ANYWHERE = ("os.remove", "os.rmdir")  # rmtree names files relative to an open folder
CHILD = """
import os, signal, sys
from pathlib import Path
from serving.release import open_candidate, publish, discard
from serving.housekeeping import retain

action, released, release_id, stop_at = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
seen = 0

def hook(event, arguments):
    global seen
    if event not in {anywhere!r} and (event not in {inside!r} or str(released) not in str(arguments[0])):
        return
    if event == "open" and not (arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        return
    seen += 1
    if seen == stop_at:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
if action == "publish":
    publish(open_candidate(released, release_id))
elif action == "discard":
    discard(open_candidate(released, release_id))
else:
    retain(released, 1)
print(seen)
"""


def run_child(action: str, released: Path, release_id: str, stop_at: int) -> subprocess.CompletedProcess[str]:
    script = CHILD.format(anywhere=ANYWHERE, inside=IN_RELEASED)
    command = [sys.executable, "-c", script, action, str(released), release_id, str(stop_at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rows_of_current(released: Path) -> int:
    current = current_release(released)
    assert current is not None
    assert current.complete
    with duckdb.connect(str(current.duckdb_path), read_only=True) as connection:
        return connection.execute("select count(*) from mart_oee").fetchall()[0][0]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A published release of 3 rows and a gated candidate of 5."""
    folder = tmp_path_factory.mktemp("prepared")
    release(folder / "released", folder, rows=3)
    candidate = build(folder / "released", write_warehouse(folder / "warehouse.duckdb", rows=5))
    record_gates(candidate, PASSED)
    return folder / "released", candidate.release_id


@pytest.mark.parametrize("stop_at", range(1, 9))
def test_publish_killed_anywhere_leaves_a_current_release_and_can_be_repeated(prepared, tmp_path, stop_at):
    source, release_id = prepared
    released = tmp_path / "released"
    shutil.copytree(source, released)
    child = run_child("publish", released, release_id, stop_at)
    if child.returncode == 0:
        assert int(child.stdout) < stop_at, child.stderr
        assert rows_of_current(released) == 5
    else:
        assert child.returncode == -signal.SIGKILL, child.stderr
        assert rows_of_current(released) == 3
    assert all(item.complete for item in list_releases(released))
    publish(open_candidate(released, release_id))
    assert rows_of_current(released) == 5
    cleaned = remove_orphans(released, unfinished_s=0, finished_s=0)
    assert all(name.startswith(".current.json.") for name in cleaned)
    names = {path.name for path in bi_root(released).iterdir()}
    assert names == {"current.json"} | {f"v={item.release_id}" for item in list_releases(released)}


@pytest.mark.parametrize("stop_at", [1, 2, 6])
def test_discard_killed_leaves_only_what_the_clean_up_removes(prepared, tmp_path, stop_at):
    source, release_id = prepared
    released = tmp_path / "released"
    shutil.copytree(source, released)
    assert run_child("discard", released, release_id, stop_at).returncode == -signal.SIGKILL
    remove_orphans(released, unfinished_s=0, finished_s=0)
    names = {path.name for path in bi_root(released).iterdir()}
    assert names == {"current.json", f"v={current_release(released).release_id}"}


@pytest.mark.parametrize("stop_at", [1, 2, 6])
def test_retain_killed_never_shows_half_a_release(prepared, tmp_path, stop_at):
    source, release_id = prepared
    released = tmp_path / "released"
    shutil.copytree(source, released)
    former = current_release(released).release_id
    publish(open_candidate(released, release_id))
    assert run_child("retain", released, release_id, stop_at).returncode == -signal.SIGKILL
    assert rows_of_current(released) == 5
    remaining = list_releases(released)
    assert all(item.complete for item in remaining)
    if former in {item.release_id for item in remaining}:
        rollback(released, former)
