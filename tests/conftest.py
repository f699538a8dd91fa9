"""Fixtures that every test may use."""

pytest_plugins = [
    "tests.support.services",
    "tests.support.photos",
    "tests.support.house",
    "tests.support.engine",
    "tests.support.nvml",
]
