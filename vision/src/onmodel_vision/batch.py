"""Many pictures at once, a process on every core.

    from onmodel_vision.batch import measure_files
    for path, picture in measure_files(paths, weights, encoders=["dlib-resnet-v1"]):
        ...

Every process has one thread and its own models, so cores are used in full and results do not
depend on how many there are: they come in the order of the paths.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from onmodel_vision import images
from onmodel_vision.encoders.catalogue import Spec
from onmodel_vision.measure import Measurer, PictureMeasure

LONGEST = 1024
"""Pictures are measured at this size unless told otherwise."""


class _Here:
    """The models of this process."""

    measurer: Measurer
    specs: list[Spec]


def measure_files(
    paths: Sequence[Path],
    weights: Path,
    *,
    encoders: Sequence[str] | None = (),
    processes: int | None = None,
    longest: int = LONGEST,
) -> Iterator[tuple[Path, PictureMeasure | None]]:
    """Measure pictures on all cores; (path, measurement), None for a file that is no picture.

    Args:
        paths: the pictures.
        weights: the folder of model files, as `weights.collect` makes it.
        encoders: names of those to run besides dlib's; none by default, None for all there are.
            Figures are cut out only if one of them looks at figures.
        processes: how many; by default one for each core that this process may use.
        longest: larger pictures are scaled down to this many pixels on their longer side.

    Raises:
        UnknownEncoderError: an encoder is not there.
    """
    count = min(processes or cores(), max(1, len(paths)))
    if count == 1:
        _prepare(weights, encoders)
        for path in paths:
            yield path, _measure(path, longest)
        return
    # spawn: a forked child would inherit the locks of libraries that were in use
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        count, mp_context=context, initializer=_prepare, initargs=(weights, encoders)
    ) as pool:
        chunk = max(1, min(16, len(paths) // (4 * count)))
        found = pool.map(_measure, paths, [longest] * len(paths), chunksize=chunk)
        yield from zip(paths, found, strict=True)


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare(weights: Path, encoders: Sequence[str] | None) -> None:
    _Here.measurer = Measurer(weights)
    _Here.specs = _Here.measurer.shelf.choose(encoders)


def _measure(path: Path, longest: int) -> PictureMeasure | None:
    try:
        image, _ = images.fit_within(images.read(path), longest=longest)
    except images.UnreadableImageError:
        return None
    if any(spec.route != "photographic" for spec in _Here.specs):
        return _Here.measurer.measure(image, encoders=_Here.specs)
    return _Here.measurer.measure_faces(image, _Here.specs)
