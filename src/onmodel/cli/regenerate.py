"""``onmodel regenerate``: make a variation again from its recipe and compare the bytes."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from onmodel.cli import local_call
from onmodel.cli.connection import connected
from onmodel.composition import Resources, compose
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.functions import licences
from onmodel.functions.manifest import JsonValue, Manifest
from onmodel.functions.registry import load
from onmodel.kit.errors import ConflictError, NotFoundError
from onmodel.projects.models import File
from onmodel.runner.calls import CallRequest, CallResult, OutputRecord
from onmodel.settings import Settings
from onmodel.variations.models import Variation
from onmodel.worker.choosing import Circumstances, select_function
from onmodel.worker.files import stage

_OUTPUT = "image"


class UnknownVariationError(NotFoundError):
    code = "variation_not_found"
    title = "There is no such variation"
    default_try = "Copy the id from the variation's page."


class NotGeneratedError(ConflictError):
    code = "variation_without_picture"
    title = "This variation has no picture"
    default_try = "Wait until it is generated, or choose another one."


@dataclass(frozen=True)
class _Recipe:
    """What made a variation, and the SHA-256 of what it made."""

    call: Call
    sha256: str


def regenerate(variation_id: UUID, target: Path | None) -> dict[str, Any]:
    """Run the recipe again on this machine, in no queue; nothing in the project changes.

    Args:
        variation_id: which one.
        target: where the new picture goes; None keeps none.

    Returns:
        ``same`` (whether the bytes are the same), both hashes, function and version.

    Raises:
        UnknownVariationError, NotGeneratedError: nothing to make again.
        FunctionVersionGoneError: the version that made it is not installed.
    """
    with (
        connected(Settings()) as settings,
        tempfile.TemporaryDirectory(prefix="onmodel-regenerate-") as temporary,
    ):
        inputs, outputs = Path(temporary) / "inputs", Path(temporary) / "outputs"
        inputs.mkdir()
        outputs.mkdir()
        recipe, manifest, values = asyncio.run(_prepare(settings, variation_id, inputs))
        request = CallRequest(
            id=str(recipe.call.id), inputs=values, input_dir=inputs, output_dir=outputs
        )
        made = _picture(local_call.call(settings, manifest, request))
        if target is not None:
            shutil.copyfile(made.path, target)
    return {
        "same": made.sha256 == recipe.sha256,
        "sha256": made.sha256,
        "stored_sha256": recipe.sha256,
        "function": manifest.name,
        "version": manifest.version,
        "path": None if target is None else str(target),
    }


async def _prepare(
    settings: Settings, variation_id: UUID, inputs: Path
) -> tuple[_Recipe, Manifest, dict[str, JsonValue]]:
    """Read the recipe, find its function and bring its input files to disk."""
    resources = compose(settings)
    try:
        recipe = await _read(resources, variation_id)
        async with resources.database.read() as uow:
            given = Circumstances(accepted=await licences.in_force(uow))
        choice = select_function(load(settings.functions_dir), recipe.call, given)
        params = CallParams.model_validate(recipe.call.params).given_to(choice.manifest.reads)
        staged = await stage(resources.store, params, inputs, defaults=choice.defaults)
        return recipe, choice.manifest, staged
    finally:
        await resources.close()


async def _read(resources: Resources, variation_id: UUID) -> _Recipe:
    async with resources.database.read() as uow:
        variation = await uow.session.get(Variation, variation_id)
        if variation is None:
            raise UnknownVariationError(f"There is no variation with the id {variation_id}.")
        call = variation.call_id and await uow.session.get(Call, variation.call_id)
        file = variation.file_id and await uow.session.get(File, variation.file_id)
    if not call or not file or call.function is None:
        raise NotGeneratedError("It was not generated, or not yet.")
    # the very function and version that made it, whatever would be chosen today
    pin = FunctionPin(name=call.function, version=call.function_version)
    call.params = {**call.params, "only": pin.model_dump()}
    return _Recipe(call, file.sha256)


def _picture(result: CallResult) -> OutputRecord:
    found = next((file for file in result.files if file.name == _OUTPUT), None)
    if found is None:
        raise NotGeneratedError("The function made no picture this time.")
    return found
