"""Versions of a character: kept at every change, compared, named, gone back to, pinned to."""
