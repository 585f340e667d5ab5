"""The dashboard over the demo release, served for real and asked over HTTP."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from serving.dashboard import build_dashboard
from serving.release import current_release
from tests.integration.conftest import DemoRun
from tests.integration.homes import DEMO, ROOT, TUNDISH, environment


@pytest.fixture(scope="module")
def address(demo: DemoRun) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [TUNDISH, "dashboard", "--home", str(demo.home), "--plant", str(DEMO), "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield wait_for(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return url
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"no dashboard at {url}, exit code {process.poll()}")


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode("utf-8"))


def test_pages_ask_no_other_host(address: str) -> None:
    page = fetch(address)
    assert "Tundish, release" in page
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']+""", page)


def test_every_page_has_data(demo: DemoRun) -> None:
    release = current_release(demo.home / "released")
    assert release is not None
    pages = build_dashboard(release).pages
    assert [page.title for page in pages] == [
        "OEE",
        "Downtime",
        "Quality",
        "Delivery",
        "Maintenance",
        "Energy",
    ]
    for page in pages:
        shown = [part.figure["data_frame"] for part in page.components if hasattr(part, "figure")]
        assert shown
        assert all(len(frame) for frame in shown), page.title
