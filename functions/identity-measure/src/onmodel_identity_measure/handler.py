"""The function: measures each picture and cuts out its main face."""

from dataclasses import dataclass
from pathlib import Path

from onmodel_function import Context, Function, InputFile, OutputFile, field
from onmodel_vision import encoder, images, phash, quality
from onmodel_vision.arrays import Image
from onmodel_vision.measure import Measurer, PictureMeasure

PICTURES = ("image/png", "image/jpeg", "image/webp")
LONGEST = 2048
"""Larger pictures are measured at this size; all lengths are given in the picture's own pixels."""


@dataclass(frozen=True)
class Inputs:
    """What the caller gives."""

    pictures: list[InputFile] = field(
        "The pictures to measure.", minimum=1, maximum=256, media_types=PICTURES
    )


@dataclass(frozen=True)
class Outputs:
    """What comes back."""

    report: dict[str, object] = field("Measurements, one entry for each picture in order.")
    crops: list[OutputFile] = field(
        "The main face of each picture that has one, upright, 256 x 256.",
        media_types=("image/png",),
    )


class IdentityMeasure(Function[Inputs, Outputs]):
    """Faces in pictures: who, where, which way, how expressive and how usable."""

    def setup(self, weights: Path) -> None:
        """Load the models."""
        self._measurer = Measurer(weights)

    def run(self, inputs: Inputs, context: Context) -> Outputs:
        """Measure every picture. One that cannot be judged says why and fails nobody."""
        entries: list[dict[str, object]] = []
        crops: list[OutputFile] = []
        for index, picture in enumerate(inputs.pictures):
            context.check_cancelled()
            context.progress(index / len(inputs.pictures), f"picture {index + 1}")
            entry, crop = self._measure(picture.path, f"crops/{index:03d}.png", context)
            entry["crop"] = len(crops) if crop else None
            entries.append(entry)
            if crop:
                crops.append(crop)
        report: dict[str, object] = {
            "judge": encoder.NAME,
            "same_person_below": encoder.SAME_PERSON_BELOW,
            "near_copy_bits": phash.NEAR_COPY_BITS,
            "measured": sum(entry["reason"] is None for entry in entries),
            "pictures": entries,
        }
        return Outputs(report=report, crops=crops)

    def _measure(
        self, path: Path, name: str, context: Context
    ) -> tuple[dict[str, object], OutputFile | None]:
        try:
            image = images.read(path)
        except images.UnreadableImageError:
            return _unreadable(), None
        small, factor = images.fit_within(image, longest=LONGEST)
        measured = self._measurer.measure(small)
        entry = measured.to_json(scale=1 / factor)
        if measured.main is None:
            return entry, None
        return entry, _write_crop(small, measured, context.output(name))


def _write_crop(image: Image, measured: PictureMeasure, path: Path) -> OutputFile:
    assert measured.main is not None
    path.write_bytes(images.encode_png(quality.crop(image, measured.main.face.mesh)))
    return OutputFile(path, "image/png")


def _unreadable() -> dict[str, object]:
    return {
        "width": 0,
        "height": 0,
        "sharpness": 0.0,
        "phash": None,
        "measurable": False,
        "reason": "unreadable",
        "faces": [],
    }
