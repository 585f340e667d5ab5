"""One run per home: across processes, across kills, but not against itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lib.lock import RunLockHeldError, hold, holder_of

HOLDER = """
import sys, time
from pathlib import Path
from orchestration.lib.lock import hold
with hold(Path(sys.argv[1]), "other run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other_process(tmp_path: Path):
    path = tmp_path / "run.lock"
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield path, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_refused_and_told_who_holds_it(other_process):
    path, process = other_process
    with (
        pytest.raises(RunLockHeldError, match=f"other run, process {process.pid}.*Next step"),
        hold(path, "mine"),
    ):
        pytest.fail("the lock was given twice")
    assert str(process.pid) in holder_of(path)


def test_a_killed_holder_leaves_the_lock_free(other_process):
    path, process = other_process
    process.send_signal(signal.SIGKILL)
    process.wait()
    with hold(path, "mine"):
        assert holder_of(path) == ""


def test_a_process_may_take_its_own_lock_again_and_keeps_it_until_the_last_block_ends(tmp_path: Path):
    path = tmp_path / "run.lock"
    with hold(path, "command"):
        with hold(path, "run inside it"):
            pass
        refused = subprocess.run(
            [sys.executable, "-c", HOLDER, str(path)], capture_output=True, text=True, check=False
        )
        assert "RunLockHeldError" in refused.stderr
    assert holder_of(path) == ""


def test_the_lock_is_free_after_an_error(tmp_path: Path):
    path = tmp_path / "run.lock"
    with pytest.raises(KeyError), hold(path, "fails"):
        raise KeyError
    with hold(path, "next"):
        pass
