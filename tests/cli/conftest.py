"""Fixtures of the tests of the command line."""

from tests.support.weed import weed

__all__ = ["weed"]
