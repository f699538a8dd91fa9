"""A few recent results, so that a sheet of 23 variations measures its photographs only once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


class Recent(Generic[ValueT]):
    """Keeps the last `count` values; the one not asked for the longest goes first."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._values: OrderedDict[Hashable, ValueT] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], ValueT]) -> ValueT:
        """The value of a key; `make` is called where it is not kept."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = make()
        self._values[key] = value
        while len(self._values) > self._count:
            self._values.popitem(last=False)
        return value
