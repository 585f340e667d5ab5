"""What all tests share: how they are spread over processes."""

import pytest


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file share a worker and its fixtures, tests on the demo plant share the one run of it."""
    for item in items:
        on_demo = "demo" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("demo" if on_demo else str(item.path)))
