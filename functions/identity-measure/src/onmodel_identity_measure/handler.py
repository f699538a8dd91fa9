"""The function: measures each picture and cuts out its main face."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from onmodel_function import Context, Function, InputFile, InvalidInput, OutputFile, field
from onmodel_vision import encoder, images, phash, quality
from onmodel_vision.arrays import Image
from onmodel_vision.encoders.catalogue import FIGURE_DEFAULT, Spec
from onmodel_vision.encoders.shelf import UnknownEncoderError
from onmodel_vision.measure import NO_FIGURE, Measurer, PictureMeasure

PICTURES = ("image/png", "image/jpeg", "image/webp")
LONGEST = 2048
"""Larger pictures are measured at this size; all lengths are given in the picture's own pixels."""


@dataclass(frozen=True)
class Inputs:
    """What the caller gives."""

    pictures: list[InputFile] = field(
        "The pictures to measure.", minimum=1, maximum=256, media_types=PICTURES
    )
    encoders: list[str] | None = field(
        "Which encoders to run; by default all that are installed. The default face encoder "
        "always runs.",
        default=None,
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
        """Measure every picture. One that cannot be judged says why and fails nobody.

        Raises:
            InvalidInput: `unknown_encoder`.
        """
        encoders = self._choose(inputs.encoders)
        entries: list[dict[str, object]] = []
        crops: list[OutputFile] = []
        for index, picture in enumerate(inputs.pictures):
            context.check_cancelled()
            context.progress(index / len(inputs.pictures), f"picture {index + 1}")
            entry, crop = self._measure(
                picture.path, encoders, context.output(f"crops/{index:03d}.png")
            )
            entry["crop"] = len(crops) if crop else None
            entries.append(entry)
            if crop:
                crops.append(crop)
        report: dict[str, object] = {
            "judge": encoder.NAME,
            "appearance_judge": FIGURE_DEFAULT,
            "encoders": [_describe(one) for one in encoders],
            "same_person_below": encoder.SAME_PERSON_BELOW,
            "near_copy_bits": phash.NEAR_COPY_BITS,
            "measured": sum(entry["reason"] is None for entry in entries),
            "pictures": entries,
        }
        return Outputs(report=report, crops=crops)

    def _choose(self, names: list[str] | None) -> list[Spec]:
        try:
            return self._measurer.shelf.choose(names)
        except UnknownEncoderError as error:
            there = ", ".join(one.name for one in self._measurer.shelf.available)
            raise InvalidInput(
                "unknown_encoder",
                f"The encoder {error} is not installed. There are: {there}.",
                field="encoders",
            ) from error

    def _measure(
        self, path: Path, encoders: Sequence[Spec], crop: Path
    ) -> tuple[dict[str, object], OutputFile | None]:
        try:
            picture = images.read_with_alpha(path)
        except images.UnreadableImageError:
            return _unreadable(), None
        small, factor = images.fit_within(picture.image, longest=LONGEST)
        alpha = picture.alpha
        if alpha is not None:
            size = (small.shape[1], small.shape[0])
            alpha = np.asarray(cv2.resize(alpha, size), np.float32)
        measured = self._measurer.measure(small, alpha=alpha, encoders=encoders)
        entry = measured.to_json(scale=1 / factor)
        if measured.main is None:
            return entry, None
        return entry, _write_crop(small, measured, crop)


def _describe(spec: Spec) -> dict[str, object]:
    return {
        "name": spec.name,
        "route": spec.route,
        "dimensions": spec.dimensions,
        "metric": spec.metric,
        "commercial": spec.commercial,
    }


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
        **NO_FIGURE,
    }
