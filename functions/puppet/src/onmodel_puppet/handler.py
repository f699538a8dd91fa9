"""The function: reads the pictures, casts one, plays the key, writes a PNG."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from onmodel_function import Context, Function, InputFile, InvalidInput, OutputFile, field
from onmodel_vision import images
from onmodel_vision.arrays import Image
from onmodel_vision.faces import FaceFinder
from onmodel_vision.mesh import FaceMesh
from onmodel_vision.segmentation import PersonSegmenter

from onmodel_puppet import casting, keys
from onmodel_puppet.play import Puppeteer
from onmodel_puppet.recent import Recent
from onmodel_puppet.rig import Rig

EXAMINED_KEPT, RIGS_KEPT = 256, 4
"""Results of earlier calls that are kept; they only save time and never change a picture."""

FIRST_PREVIEW, LAST_PREVIEW = 96, 256
"""Longer sides in pixels of what is shown before the picture is moved, and before it is written."""

PICTURES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True)
class Inputs:
    """What the caller gives."""

    reference: InputFile = field("The picture to move, best the one nearest to the key.",
                                 media_types=PICTURES)  # fmt: skip
    references: list[InputFile] = field(
        "Further pictures of the same character to choose from.",
        default=[], maximum=40, media_types=PICTURES,
    )  # fmt: skip
    key: str = field("Variation to make, such as expression/happy.", minimum=1, maximum=64)
    seed: int = field(
        "0 is the plain take; other numbers vary its strength and side.",
        default=0, minimum=0, maximum=2**32 - 1,
    )  # fmt: skip
    size: int = field(
        "Width and height of the picture in pixels.", default=768, minimum=256, maximum=1024
    )


@dataclass(frozen=True)
class Outputs:
    """What comes back."""

    image: OutputFile = field("The preview picture.", media_types=("image/png",))
    report: dict[str, object] = field("What was used, done and measured.")


class Puppet(Function[Inputs, Outputs]):
    """Makes preview variations of a character out of one photograph. Deterministic."""

    def setup(self, weights: Path) -> None:
        """Load the models."""
        self._finder = FaceFinder(weights)
        self._puppeteer = Puppeteer(
            FaceMesh(weights / "face_landmark.tflite"),
            PersonSegmenter(weights / "selfie_segmentation.tflite"),
        )
        self._examined: Recent[casting.Candidate | casting.Rejected] = Recent(EXAMINED_KEPT)
        self._rigs: Recent[tuple[Rig, float]] = Recent(RIGS_KEPT)

    def run(self, inputs: Inputs, context: Context) -> Outputs:
        """Make one variation.

        Raises:
            InvalidInput: unknown_key, cannot_do, no_face, face_too_small, unreadable_picture.
        """
        key = keys.parse(inputs.key)
        pictures = [inputs.reference, *inputs.references]
        examined = [
            self._examine(picture, place, len(pictures), context)
            for place, picture in enumerate(pictures)
        ]
        place, chosen = casting.choose(examined, key)
        context.progress(0.5, "setting up the rig")
        built, extended = self._rig(pictures[place].path, chosen, key, inputs.size)
        context.check_cancelled()
        context.preview(lambda: _small(built.image, FIRST_PREVIEW))
        context.progress(0.7, "moving and lighting")
        result = self._puppeteer.play(built, key, seed=inputs.seed)
        context.preview(lambda: _small(result.image, LAST_PREVIEW))
        context.check_cancelled()
        context.progress(0.95, "writing")
        path = context.output("image.png")
        path.write_bytes(images.encode_png(result.image))
        report: dict[str, object] = {
            "key": str(key),
            "seed": inputs.seed,
            "size": inputs.size,
            "preview": True,
            "reference_used": place,
            "extended": round(extended, 4),
            "conditioned_on": [],
            **result.report,
        }
        return Outputs(image=OutputFile(path, "image/png"), report=report)

    def _examine(
        self, picture: InputFile, place: int, count: int, context: Context
    ) -> casting.Candidate | casting.Rejected:
        context.check_cancelled()
        context.progress(0.05 + 0.4 * place / count, "looking at the pictures")

        def look() -> casting.Candidate | casting.Rejected:
            image = _read(picture.path)
            return casting.examine(image, self._finder.find(image))

        return self._examined.get(_digest(picture.path), look)

    def _rig(
        self, path: Path, chosen: casting.Candidate, key: keys.Key, size: int
    ) -> tuple[Rig, float]:
        kind = (_digest(path), key.section == "body", size)
        return self._rigs.get(
            kind, lambda: self._puppeteer.rig(_read(path), chosen, key, size=size)
        )


def _read(path: Path) -> Image:
    try:
        return images.read(path)
    except images.UnreadableImageError as error:
        raise InvalidInput(
            "unreadable_picture",
            f"The file {path.name} could not be opened as a picture. Save it again as PNG or JPEG.",
            field="reference",
        ) from error


def _small(image: Image, side: int) -> bytes:
    small, _ = images.fit_within(image, longest=side)
    return images.encode_jpeg(small)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
