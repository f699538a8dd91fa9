"""From what ``identity-measure`` reports of a picture to the vectors that are kept of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from onmodel.identity.calibration import ENCODER
from onmodel.identity.models import Embedding, Encoder

_VECTORS = ("embedding", "embeddings")


def of_face(face: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return a face's embeddings by encoder; reports of older versions name only the default."""
    found: dict[str, list[float]] = {ENCODER: face["embedding"]} if "embedding" in face else {}
    return found | dict(face.get("embeddings") or {})


def of_figure(picture: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the embeddings of the whole figure by encoder, empty where nothing stands out."""
    appearance = picture.get("appearance")
    if not appearance:
        return {}
    found: dict[str, list[float]] = {appearance["encoder"]: appearance["embedding"]}
    return found | dict(appearance.get("embeddings") or {})


def of_picture(
    picture: Mapping[str, Any],
    known: Mapping[str, Encoder],
    *,
    kind: str,
    subject_id: UUID,
    character_id: UUID,
    project_id: UUID,
    file_id: UUID,
) -> list[Embedding]:
    """Return the rows of a measured picture: every face, and the whole figure.

    What an encoder made that this house does not know, or knows with another length, is left
    out: nothing could compare it.
    """
    made = [
        (number, name, vector)
        for number, face in enumerate(picture.get("faces") or [])
        for name, vector in of_face(face).items()
    ]
    made += [(0, name, vector) for name, vector in of_figure(picture).items()]
    return [
        Embedding(
            project_id=project_id,
            character_id=character_id,
            subject_kind=kind,
            subject_id=subject_id,
            file_id=file_id,
            face=number,
            encoder=name,
            dimensions=known[name].dimensions,
            route=known[name].route,
            vector=vector,
        )
        for number, name, vector in made
        if name in known and len(vector) == known[name].dimensions
    ]


def without(picture: Mapping[str, Any]) -> dict[str, Any]:
    """Return a picture's measurement without its vectors, which have a table of their own."""
    faces = [
        {key: value for key, value in face.items() if key not in _VECTORS}
        for face in picture.get("faces") or []
    ]
    appearance = picture.get("appearance")
    plain = dict(picture) | {"faces": faces}
    if appearance:
        plain["appearance"] = {
            key: value for key, value in appearance.items() if key not in _VECTORS
        }
    return plain
