"""Fixtures that every test may use, and which tests stay together."""

import pytest

pytest_plugins = [
    "tests.support.services",
    "tests.support.photos",
    "tests.support.house",
    "tests.support.engine",
    "tests.support.nvml",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each file in one process, and all files that need the container engine in another.

    Files share databases and services, and one engine is enough for a machine.
    """
    contained = {item.path for item in items if "engine" in getattr(item, "fixturenames", ())}
    for item in items:
        group = "engine" if item.path in contained else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
