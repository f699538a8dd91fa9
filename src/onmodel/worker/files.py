"""Bringing a call's inputs to disk and its outputs to the object store."""

import asyncio
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from onmodel.dispatch.schemas import CallOutputs, CallParams, FileInput, StoredFile
from onmodel.kit.errors import InvalidError
from onmodel.runner.calls import CallResult
from onmodel.storage.store import Store

_READ_ONLY = 0o444


class BadInputNameError(InvalidError):
    code = "bad_input_name"
    title = "A file of this call has an impossible name"


async def stage(
    store: Store, params: CallParams, folder: Path, *, defaults: dict[str, JsonValue]
) -> dict[str, JsonValue]:
    """Write a call's input files into ``folder`` and return the inputs that name them.

    Args:
        store: where the files come from.
        params: the call's values and files.
        folder: the call's input folder; each file lies in a folder of its input's name.
        defaults: the tier's values; the call's own go before them.

    Raises:
        FileMissingError: a file is no longer stored.
    """
    inputs: dict[str, JsonValue] = {**defaults, **params.values}
    for field, files in params.files.items():
        if isinstance(files, FileInput):
            inputs[field] = await _fetch(store, files, folder, Path(field) / _plain(files.name))
        else:
            inputs[field] = [
                await _fetch(store, file, folder, Path(field) / f"{n:03d}-{_plain(file.name)}")
                for n, file in enumerate(files)
            ]
    return inputs


async def _fetch(store: Store, file: FileInput, folder: Path, place: Path) -> JsonValue:
    path = folder / place
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    with await asyncio.to_thread(path.open, "wb") as target:
        async for chunk in store.open_range(file.key):
            await asyncio.to_thread(target.write, chunk)
    await asyncio.to_thread(path.chmod, _READ_ONLY)
    return {"path": place.as_posix()}


def _plain(name: str) -> str:
    """Return a name that stays inside its folder; the rest was decided at upload."""
    if PurePosixPath(name).name != name or name in {"", ".", ".."}:
        raise BadInputNameError(f"{name!r} is no name for a file.")
    return name


async def keep(store: Store, result: CallResult) -> CallOutputs:
    """Store what a function wrote and return the record of it.

    Raises:
        StorageFullError, StorageUnavailableError: nothing is lost, the call runs again.
    """
    files: list[StoredFile] = []
    for record in result.files:
        blob = await store.put_file(record.path)
        files.append(
            StoredFile(
                output=record.name,
                name=record.path.name,
                key=blob.key,
                media_type=record.media_type,
                bytes=blob.bytes,
                sha256=blob.sha256,
            )
        )
    return CallOutputs(values=result.outputs, files=files)
