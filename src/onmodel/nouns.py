"""Lets every noun hear of its calls; called once per process that changes calls."""

from functools import cache

from onmodel.identity import references
from onmodel.training import progress as training
from onmodel.variations import progress as variations


@cache
def register_handlers() -> None:
    """Register each noun's handlers; the second time nothing happens."""
    references.register()
    training.register()
    variations.register()
