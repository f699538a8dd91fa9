"""The function: measures the pictures, learns the character, writes its profile."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onmodel_function import Context, Function, InputFile, InvalidInput, OutputFile, field
from onmodel_vision import encoder, images
from onmodel_vision.measure import Measurer, PictureMeasure

from onmodel_identity_profile import belonging, selection
from onmodel_identity_profile.belonging import Belonging, Member
from onmodel_identity_profile.settling import Settling

PICTURES = ("image/png", "image/jpeg", "image/webp")
FORMAT = 1
LONGEST = 2048
FEW = 3


@dataclass(frozen=True)
class Inputs:
    """What the caller gives."""

    pictures: list[InputFile] = field(
        "Pictures of one character.", minimum=1, maximum=256, media_types=PICTURES
    )


@dataclass(frozen=True)
class Outputs:
    """What comes back."""

    profile: OutputFile = field("The identity profile.", media_types=("application/json",))
    report: dict[str, object] = field("What was learnt, in short.")


class IdentityProfile(Function[Inputs, Outputs]):
    """Training on a CPU: nothing is fitted, everything is measured."""

    def setup(self, weights: Path) -> None:
        """Load the models."""
        self._measurer = Measurer(weights)

    def run(self, inputs: Inputs, context: Context) -> Outputs:
        """Learn a character.

        Raises:
            InvalidInput: `no_face` when no picture shows a face that can be judged,
                `different_people` when the pictures do not agree on one person.
        """
        scales, pictures = self._measure(inputs.pictures, context)
        context.progress(0.92, "comparing the faces")
        found = belonging.decide(pictures)
        _check(found)
        profile = _profile(found, pictures, scales)
        context.progress(0.97, "writing")
        path = context.output("profile.json")
        path.write_text(json.dumps(profile, separators=(",", ":")), encoding="utf-8")
        return Outputs(profile=OutputFile(path, "application/json"), report=_report(found, profile))

    def _measure(
        self, files: list[InputFile], context: Context
    ) -> tuple[list[float], list[PictureMeasure]]:
        scales: list[float] = []
        pictures: list[PictureMeasure] = []
        settling = Settling()
        for index, file in enumerate(files):
            context.check_cancelled()
            stage = f"picture {index + 1} of {len(files)}"
            context.progress(0.9 * index / len(files), stage)
            try:
                image, factor = images.fit_within(images.read(file.path), longest=LONGEST)
            except images.UnreadableImageError as error:
                raise InvalidInput(
                    "unreadable_picture",
                    f"The file {file.path.name} could not be opened as a picture. "
                    "Remove it or save it again as PNG or JPEG.",
                    field="pictures",
                ) from error
            scales.append(1 / factor)
            picture = self._measurer.measure(image)
            pictures.append(picture)
            if picture.reason is None and picture.main is not None:
                moved = settling.add(picture.main)
                context.progress(0.9 * (index + 1) / len(files), stage, loss=moved)
        return scales, pictures


def _check(found: Belonging) -> None:
    if found.members:
        return
    if "different_person" in found.reasons.values():
        raise InvalidInput(
            "different_people",
            "The pictures show different people, and no face returns in most of them. "
            "Keep only pictures of this character.",
            field="pictures",
        )
    raise InvalidInput(
        "no_face",
        "None of the pictures shows a human face that can be judged. Add photographs in which "
        "the face is visible, looks roughly towards the camera and is at least 20 pixels wide.",
        field="pictures",
    )


def _profile(
    found: Belonging, pictures: list[PictureMeasure], scales: list[float]
) -> dict[str, object]:
    best = selection.best(found.members)
    return {
        "format": FORMAT,
        "kind": "identity-profile",
        "judge": encoder.NAME,
        "dimensions": encoder.DIMENSIONS,
        "template": [round(float(v), 6) for v in belonging.template(found.members)],
        "spread": belonging.spread(found.members),
        "best": best,
        "pictures": [
            _entry(index, picture, found, scales[index]) for index, picture in enumerate(pictures)
        ],
        "rig": {str(m.index): _rig(m, scales[m.index]) for m in _needed(found, best)},
    }


def _entry(
    index: int, picture: PictureMeasure, found: Belonging, scale: float
) -> dict[str, object]:
    member = next((one for one in found.members if one.index == index), None)
    shown = member.face if member else picture.main
    return {
        "index": index,
        "used": member is not None,
        "reason": found.reasons.get(index),
        "copy_of": found.duplicates.get(index),
        "usefulness": round(selection.usefulness(shown), 4) if shown else None,
        "faces": len(picture.faces),
        "face": shown.to_json(scale=scale) if shown else None,
    }


def _needed(found: Belonging, best: dict[str, object]) -> list[Member]:
    """Members that are the best for something; only they get a rig."""
    wanted: set[object] = {best["base"]}
    for table in (best["angle"], best["expression"]):
        if isinstance(table, dict):
            wanted.update(table.values())
    return [member for member in found.members if member.index in wanted]


def _rig(member: Member, scale: float) -> dict[str, object]:
    points = member.face.face.mesh.points * scale
    return {
        "width": round(member.picture.width * scale),
        "height": round(member.picture.height * scale),
        "points": np.round(points, 1).tolist(),
    }


def _report(found: Belonging, profile: dict[str, object]) -> dict[str, object]:
    used = len(found.members)
    return {
        "judge": encoder.NAME,
        "pictures": len(profile["pictures"]) if isinstance(profile["pictures"], list) else 0,
        "used": used,
        "left_out": {str(index): reason for index, reason in sorted(found.reasons.items())},
        "spread": profile["spread"],
        "best": profile["best"],
        "confident": used >= FEW,
    }
