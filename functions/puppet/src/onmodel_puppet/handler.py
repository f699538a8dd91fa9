"""The function: reads the pictures, casts one, plays the key, writes a PNG."""

from dataclasses import dataclass
from pathlib import Path

from onmodel_function import Context, Function, InputFile, InvalidInput, OutputFile, field
from onmodel_puppet import casting, keys
from onmodel_puppet.play import Puppeteer
from onmodel_vision import images
from onmodel_vision.faces import FaceFinder
from onmodel_vision.mesh import FaceMesh
from onmodel_vision.segmentation import PersonSegmenter

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

    def run(self, inputs: Inputs, context: Context) -> Outputs:
        """Make one variation.

        Raises:
            InvalidInput: unknown_key, cannot_do, no_face, face_too_small, unreadable_picture.
        """
        key = keys.parse(inputs.key)
        chosen = self._cast([inputs.reference, *inputs.references], key, context)
        context.progress(0.5, "setting up the rig")
        built, extended = self._puppeteer.rig(chosen, key, size=inputs.size)
        context.check_cancelled()
        context.progress(0.7, "moving and lighting")
        result = self._puppeteer.play(built, key, seed=inputs.seed)
        context.check_cancelled()
        context.progress(0.95, "writing")
        path = context.output("image.png")
        path.write_bytes(images.encode_png(result.image))
        report: dict[str, object] = {
            "key": str(key),
            "seed": inputs.seed,
            "size": inputs.size,
            "preview": True,
            "reference_used": chosen.index,
            "extended": round(extended, 4),
            "conditioned_on": [],
            **result.report,
        }
        return Outputs(image=OutputFile(path, "image/png"), report=report)

    def _cast(
        self, pictures: list[InputFile], key: keys.Key, context: Context
    ) -> casting.Candidate:
        examined: list[casting.Candidate | casting.Rejected] = []
        for index, picture in enumerate(pictures):
            context.check_cancelled()
            context.progress(0.05 + 0.4 * index / len(pictures), "looking at the pictures")
            try:
                image = images.read(picture.path)
            except images.UnreadableImageError as error:
                raise InvalidInput(
                    "unreadable_picture",
                    f"The file {picture.path.name} could not be opened as a picture. "
                    "Save it again as PNG or JPEG.",
                    field="reference" if index == 0 else "references",
                ) from error
            examined.append(casting.examine(index, image, self._finder.find(image)))
        return casting.choose(examined, key)
