"""Images of functions as they were once. What is old is decided as in `functions/leftovers.py`."""

from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.leftovers import Leftover
from onmodel.functions.registry import Registry
from onmodel.runner.engine import Engine, EngineError
from onmodel.runner.images import REPOSITORY, Images


def find(engine: Engine, images: Images, registry: Registry) -> list[Leftover]:
    """Return the images that no manifest names and nobody uses, the largest first.

    Layers that they share with others are counted for each.

    Raises:
        EngineError
    """
    needed: set[str] = set()
    unreadable = {one.folder.name for one in registry.broken}
    for manifest in registry:
        try:
            needed.add(images.name(manifest))
        except EnvironmentBrokenError:
            unreadable.add(manifest.name)
    old = [
        Leftover("image", one.name, one.bytes)
        for one in engine.images(REPOSITORY)
        if one.name not in needed
        and one.name.removeprefix(f"{REPOSITORY}/").partition(":")[0] not in unreadable
        and not images.uses.is_taken(one.name)
        and not engine.runs_from(one.name)
    ]
    return sorted(old, key=lambda one: (-one.bytes, one.name))


def remove(engine: Engine, images: Images, leftovers: list[Leftover]) -> list[Leftover]:
    """Remove what nobody has begun to use meanwhile; return what went."""
    gone: list[Leftover] = []
    for one in leftovers:
        with images.uses.alone(one.name) as alone:
            if not alone:
                continue
            try:
                engine.remove_image(one.name)
            except EngineError:
                continue  # a container was made from it in between
            gone.append(one)
    return gone
