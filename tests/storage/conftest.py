"""Fixtures of the storage tests."""

from tests.support.weed import weed

__all__ = ["weed"]
