"""Server programs that Debian packages and no wheel carries, for tests against the real thing.

A program that is installed is used as it is. Otherwise Debian's own client fetches its packages (those that are not
installed, signatures checked) and they are unpacked below data/runtime/debian: nothing is installed, no root is needed,
and the next run finds them there. Where neither works the test is skipped with what was tried.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.homes import ROOT

_PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin")
_PATIENCE_S = 300


@dataclass(frozen=True)
class Program:
    """An executable, the folder that stands for / in its package, and the environment that it needs."""

    path: Path
    root: Path
    environment: dict[str, str]


class CannotFetchError(Exception):
    """Debian's client is not there or does not get the package."""


def program(package: str, name: str) -> Program:
    """The program `name` of a Debian package; skips the test where it can be had by no way."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_PLACES]))
    if found is not None:
        return Program(Path(found), Path("/"), dict(os.environ))
    try:
        root = _unpacked(package)
    except CannotFetchError as error:
        pytest.skip(f"{name} is not installed, and Debian's package {package} cannot be fetched: {error}")
    path = next(path for path in root.glob("**/*bin/*") if path.name == name)
    libraries = sorted({str(lib.parent) for lib in root.glob("**/lib/**/*.so.*")})
    return Program(path, root, {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries)})


def _unpacked(package: str) -> Path:
    """The unpacked package with what it depends on; fetched once, also if several tests ask at a time."""
    folder = ROOT / "data" / "runtime" / "debian" / package
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / "root"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            fresh = folder / "root.new"
            shutil.rmtree(fresh, ignore_errors=True)
            for archive in _fetched(package, folder):
                _run(["dpkg-deb", "--extract", str(archive), str(fresh)], folder)
                archive.unlink()
            shutil.rmtree(folder / "lists", ignore_errors=True)
            fresh.rename(root)
    return root


def _fetched(package: str, folder: Path) -> list[Path]:
    """The archives of the package and of all that it needs and that is not installed."""
    try:
        return _download(package, folder, [])
    except CannotFetchError:  # lists of packages are absent or old: get them, into a folder of our own
        lists = folder / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        own = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={folder}", "-o", "APT::Sandbox::User="]
        _run(["apt-get", *own, "-qq", "update"], folder)
        return _download(package, folder, own)


def _download(package: str, folder: Path, options: Sequence[str]) -> list[Path]:
    plan = _run(["apt-get", *options, "-s", "--no-install-recommends", "install", package], folder)
    names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    _run(["apt-get", *options, "-qq", "download", *names], folder)
    return sorted(folder.glob("*.deb"))


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotFetchError(str(error)) from error
    if done.returncode:
        raise CannotFetchError(f"{command[0]} says {' '.join(done.stderr.split())[-300:]}")
    return done.stdout
