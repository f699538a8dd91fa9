"""Fill a project with 10,000 characters and 100,000 variations in seconds, with COPY."""

import base64
import json
import random
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg

FIRST = (
    *("Ada", "Bea", "Cato", "Dora", "Emil", "Finn", "Gwen", "Hugo"),
    *("Ines", "Jona", "Kaya", "Levi", "Mara", "Nils", "Olga", "Pia"),
)
LAST = (
    *("Ash", "Birk", "Cole", "Dahl", "Eng", "Falk", "Gray", "Holm"),
    *("Iver", "Jung", "Kerr", "Lund", "Moor", "Nord", "Oak", "Pell"),
)
TAGS = ("lead", "crowd", "human", "animal", "robot", "drawn", "night", "day")
KEYS = [
    *(f"expression/{name}" for name in ("neutral", "happy", "sad", "angry", "surprised")),
    *(f"lighting/{name}" for name in ("studio", "noir", "sunny", "night")),
    "angle/front",
]


async def seed(url: str, project_id: str, *, characters: int, variations: int) -> list[str]:
    """Write the rows; return the characters' ids.

    Args:
        url: a `postgresql+asyncpg://` URL.
        characters, variations: how many; every character gets the same number of variations.
    """
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    chance = random.Random(7)
    now = datetime.now(UTC)
    project = uuid.UUID(project_id)
    ids = [_id(now - timedelta(seconds=characters - n), chance) for n in range(characters)]
    each = variations // characters
    try:
        covers = [_id(now, chance) for _ in ids]
        await connection.copy_records_to_table(
            "files",
            records=[_file(cover, project, chance) for cover in covers],
            columns=[
                *("id", "project_id", "sha256", "media_type", "bytes"),
                *("width", "height", "thumbhash"),
            ],
        )
        await connection.copy_records_to_table(
            "characters",
            records=[
                _character(i, n, project, cover, now, chance)
                for n, (i, cover) in enumerate(zip(ids, covers, strict=True))
            ],
            columns=[
                *("id", "project_id", "name", "trigger_word", "description", "importance"),
                *("tier", "tags", "cover_file_id", "variation_count", "created_at", "updated_at"),
            ],
        )
        await connection.copy_records_to_table(
            "character_variations",
            records=[
                _variation(character, key, project, cover, now, chance)
                for character, cover in zip(ids, covers, strict=True)
                for key in KEYS[:each]
            ],
            columns=[
                *("id", "project_id", "character_id", "key", "tier", "state", "recipe"),
                *("measurable", "p_same", "fidelity", "file_id", "created_at"),
            ],
        )
        await connection.execute("ANALYZE characters, character_variations")
    finally:
        await connection.close()
    return [str(i) for i in ids]


def _id(at: datetime, chance: random.Random) -> uuid.UUID:
    """Return a UUIDv7, ordered in time as the product makes them (RFC 9562, section 5.7)."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64
    return uuid.UUID(int=value | 2 << 62 | chance.getrandbits(62))


def _file(i: uuid.UUID, project: uuid.UUID, chance: random.Random) -> tuple[object, ...]:
    digest = chance.randbytes(32).hex()
    hint = base64.b64encode(chance.randbytes(24)).decode()
    return (i, project, digest, "image/png", 400_000, 768, 768, hint)


def _character(
    i: uuid.UUID,
    n: int,
    project: uuid.UUID,
    cover: uuid.UUID,
    now: datetime,
    chance: random.Random,
) -> tuple[object, ...]:
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {n}"
    return (
        *(i, project, name, f"word_{n}", f"{name}, of the {chance.choice(TAGS)} scenes."),
        *(chance.choice(("lead", "supporting", "background")), chance.choice(("low", "standard"))),
        *(chance.sample(TAGS, 2), cover, 10, now, now - timedelta(seconds=chance.random() * 1e6)),
    )


def _variation(
    character: uuid.UUID,
    key: str,
    project: uuid.UUID,
    cover: uuid.UUID,
    now: datetime,
    chance: random.Random,
) -> tuple[object, ...]:
    return (
        *(_id(now, chance), project, character, key, "low", "succeeded", json.dumps({"seed": 1})),
        *("measured", chance.random(), chance.random(), cover, now),
    )
