"""Reads the tensors of an old PyTorch checkpoint without PyTorch and without running its code.

A `.pt` file is a pickle, and unpickling may call anything that can be imported. This reader
answers every import itself: the five names that a plain table of tensors needs are replaced by
harmless ones of ours, and any other is refused. Format (PyTorch below 1.6): four pickles (magic
number, protocol, system, the table), a pickled list of storage keys, then for each key an int64
count and the numbers, little-endian.
"""

import io
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from onmodel_vision.arrays import Floats

MAGIC = 0x1950A86A20F9469CFC6C
_TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class WrongCheckpointError(ValueError):
    """The file is no plain table of tensors."""


@dataclass(frozen=True)
class _Storage:
    key: str
    kind: str


@dataclass(frozen=True)
class _View:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        match module_name, global_name:
            case "collections", "OrderedDict":
                return OrderedDict
            case "torch._utils", "_rebuild_tensor_v2":
                return _rebuild
            case "torch", name if name in _TYPES:
                return _TYPES[name]
            case _:
                raise WrongCheckpointError(f"the file wants to import {module_name}.{global_name}")

    def persistent_load(self, pid: Any, /) -> _Storage:
        match pid:
            case ("storage", str(kind), str(key), *_):
                return _Storage(key, kind)
            case _:
                raise WrongCheckpointError("the file refers to something that is no storage")


def _rebuild(storage: _Storage, offset: int, shape: tuple[int, ...], *_: object) -> _View:
    return _View(storage, offset, shape)


def read(data: bytes) -> dict[str, Floats]:
    """The tensors of a checkpoint by name, in the order of the file.

    Raises:
        WrongCheckpointError: another format, a damaged file, or one that wants to import
            anything beyond tensors.
    """
    stream = io.BytesIO(data)
    try:
        head = _Reader(stream).load()
        if head != MAGIC:
            raise WrongCheckpointError("not a PyTorch checkpoint of the old format")
        _Reader(stream).load()
        _Reader(stream).load()
        table: dict[str, Any] = _Reader(stream).load()
        keys: list[str] = _Reader(stream).load()
        views = {name: view for name, view in table.items() if isinstance(view, _View)}
        storages = _storages(stream, keys, {v.storage.key: v.storage.kind for v in views.values()})
        return {name: _take(view, storages[view.storage.key]) for name, view in views.items()}
    except (pickle.UnpicklingError, EOFError, KeyError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, WrongCheckpointError):
            raise
        raise WrongCheckpointError("the file is damaged") from error


def _storages(stream: io.BytesIO, keys: list[str], kinds: dict[str, str]) -> dict[str, Floats]:
    storages: dict[str, Floats] = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little")
        kind = np.dtype(kinds[key])
        storages[key] = np.frombuffer(stream.read(count * kind.itemsize), kind, count)
    return storages


def _take(view: _View, storage: Floats) -> Floats:
    count = int(np.prod(view.shape, dtype=np.int64))
    return storage[view.offset : view.offset + count].reshape(view.shape)
