"""Texts that several people write at once, whichever record they stand in."""
