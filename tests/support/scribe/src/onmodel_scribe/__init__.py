"""A generator that reads all that a version of a character has for it, and writes it down."""

import hashlib
import json
import shutil
from dataclasses import dataclass

from onmodel_function import Context, Function, InputFile, OutputFile, field

PICTURES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True)
class Inputs:
    reference: InputFile = field("The picture to hand back.", media_types=PICTURES)
    references: list[InputFile] = field("More of them.", default=[], media_types=PICTURES)
    key: str = field("Variation to make.")
    seed: int = field("Changes nothing.", default=0)
    size: int = field("Changes nothing.", default=768)
    trigger_word: str = field("What the character answers to.", default="")
    positive_prompt: str = field("What to show.", default="")
    negative_prompt: str = field("What not to show.", default="")
    description: str = field("Of the character.", default="")
    identity_profile: InputFile | None = field("Its trained model.", default=None)


@dataclass(frozen=True)
class Outputs:
    image: OutputFile = field("The reference picture.", media_types=PICTURES)
    report: dict[str, object] = field("What it was given.")


class Scribe(Function[Inputs, Outputs]):
    """Prints what it was given, so that it stands in the log of the call."""

    def run(self, inputs: Inputs, context: Context) -> Outputs:
        given: dict[str, object] = {
            "positive_prompt": inputs.positive_prompt,
            "negative_prompt": inputs.negative_prompt,
            "trigger_word": inputs.trigger_word,
            "description": inputs.description,
            "identity_profile": _sha256(inputs.identity_profile),
            "references": [_sha256(one) for one in (inputs.reference, *inputs.references)],
        }
        print(json.dumps(given))
        path = context.output(inputs.reference.path.name)
        shutil.copyfile(inputs.reference.path, path)
        report = given | {"preview": True}
        return Outputs(image=OutputFile(path, inputs.reference.media_type), report=report)


def _sha256(file: InputFile | None) -> str | None:
    return None if file is None else hashlib.sha256(file.path.read_bytes()).hexdigest()
