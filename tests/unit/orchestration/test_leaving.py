"""The end of a command's process: nothing that Python's own end does for others is left out."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys, threading, time
import typer
import orchestration.cli as cli

cli.app = app = typer.Typer()

class Taken:
    def __del__(self): sys.stderr.write("taken apart")

kept = [Taken()]
kept.append(kept)

@app.command()
def work(how: str):
    atexit.register(lambda: sys.stderr.write("exit function "))
    sys.stdout.write("no line end")
    if how == "thread":
        threading.Thread(target=lambda: (time.sleep(0.3), sys.stderr.write("thread "))).start()
    if how == "defect":
        raise ValueError("a defect")
    raise typer.Exit(3)

cli.main()
"""


def leave(how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=False, timeout=60
    )


def test_output_exit_functions_and_the_exit_code_are_kept():
    left = leave("at once")
    assert (left.returncode, left.stdout, left.stderr) == (3, "no line end", "exit function ")


def test_a_thread_that_works_is_waited_for():
    left = leave("thread")
    assert left.returncode == 3
    assert left.stderr.split()[:3] == ["thread", "exit", "function"]


def test_a_defect_shows_its_trace():
    left = leave("defect")
    assert left.returncode == 1
    assert "ValueError: a defect" in left.stderr


@pytest.mark.parametrize("arguments", [[], ["--no-such-option"]])
def test_wrong_use_ends_with_two(arguments):
    left = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert left.returncode == 2
    assert "Usage" in left.stderr
