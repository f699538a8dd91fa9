"""Fill the database with a library of made-up people: as many vectors as wanted, with COPY.

Each character is a point in embedding space with three references and the rest variations around
it. Two pictures of one lie about 0.39 apart and two characters about 1.1, as the default encoder
has it with real people (0.39 and 0.88 in the mean, with more scatter).
"""

import uuid
from collections.abc import Iterator

import asyncpg
import numpy as np
from numpy.typing import NDArray

ENCODER, DIMENSIONS = "dlib-resnet-v1", 128
EACH, REFERENCES = 50, 3
CENTRE, APART = 0.8, 0.39
BATCH = 20_000
INDEX = "nearest_dlib_resnet_v1"
MEMORY = "1GB"
"""For building the index: the graph of a million vectors fits."""

OWN = ("id", "project_id", "character_id", "file_id")
REFERENCE = (*OWN, "name", "source_sha256", "phash", "state", "verdict")
VARIATION = (*OWN, "key", "tier", "state", "recipe", "measurable")
WHOSE = ("id", "project_id", "character_id", "subject_kind", "subject_id", "file_id")
EMBEDDING = (*WHOSE, "encoder", "dimensions", "route", "vector")


class Seeder:
    """Writes a library through one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._random = np.random.default_rng(5)

    async def prepare(self) -> None:
        await self._connection.set_type_codec(
            "vector", schema="public", encoder=_binary, decoder=bytes, format="binary"
        )

    async def project(self, project: uuid.UUID, *, characters: int) -> list[uuid.UUID]:
        """Fill one project; return its characters."""
        ids = [self._id() for _ in range(characters)]
        covers = [self._id() for _ in ids]
        await self._copy(
            "files",
            ("id", "project_id", "sha256", "media_type", "bytes", "width", "height"),
            [(cover, project, cover.hex, "image/png", 1, 768, 768) for cover in covers],
        )
        await self._copy(
            "characters",
            ("id", "project_id", "name", "trigger_word", "cover_file_id"),
            [
                (id_, project, f"No. {id_.hex[-6:]}", id_.hex, cover)
                for id_, cover in zip(ids, covers, strict=True)
            ],
        )
        step = BATCH // EACH
        for start in range(0, characters, step):
            await self._pictures(project, ids[start : start + step], covers[start : start + step])
        return ids

    async def _pictures(
        self, project: uuid.UUID, characters: list[uuid.UUID], covers: list[uuid.UUID]
    ) -> None:
        vectors = people(self._random, len(characters))
        references: list[tuple[object, ...]] = []
        variations: list[tuple[object, ...]] = []
        embeddings: list[tuple[object, ...]] = []
        for n, vector in enumerate(vectors):
            picture, place = self._id(), n % EACH
            character, file = characters[n // EACH], covers[n // EACH]
            own = (picture, project, character, file)
            if place < REFERENCES:
                references.append((*own, "a.jpg", picture.hex, "0", "ready", "helps"))
            else:
                variations.append((*own, f"set/{place}", "low", "succeeded", "{}", "measured"))
            kind = "reference" if place < REFERENCES else "variation"
            whose = (self._id(), project, character, kind, picture, file)
            embeddings.append((*whose, ENCODER, DIMENSIONS, "photographic", vector))
        await self._copy("character_references", REFERENCE, references)
        await self._copy("character_variations", VARIATION, variations)
        await self._copy("identity_embeddings", EMBEDDING, embeddings)

    async def _copy(
        self, table: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]
    ) -> None:
        await self._connection.copy_records_to_table(table, records=rows, columns=list(columns))

    def _id(self) -> uuid.UUID:
        return uuid.UUID(bytes=self._random.bytes(16), version=4)


def people(random: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Return EACH vectors around each of ``count`` points, shape (count * EACH, DIMENSIONS)."""
    centres = random.normal(size=(count, 1, DIMENSIONS))
    centres *= CENTRE / np.linalg.norm(centres, axis=2, keepdims=True)
    noise = random.normal(size=(count, EACH, DIMENSIONS)) * APART / np.sqrt(2 * DIMENSIONS)
    return (centres + noise).reshape(-1, DIMENSIONS).astype(np.float32)


def _binary(vector: NDArray[np.float32]) -> bytes:
    """The type's own form: how many numbers, an unused zero, the numbers (big-endian)."""
    return np.array([len(vector), 0], ">i2").tobytes() + vector.astype(">f4").tobytes()


def shares(total: int, parts: list[float]) -> Iterator[int]:
    """Cut a number into parts of these relative sizes."""
    for part in parts:
        yield max(1, round(total * part / sum(parts)))
