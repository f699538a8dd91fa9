"""Vectors of different encoders cannot be mixed, and none was lost on the way to their table."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from onmodel.cli.migrations import upgrade
from tests.support.faces import embedding, face, report
from tests.support.house import House
from tests.support.pictures_of import judged, person_with_face
from tests.support.services import TestServices

INSERT = """
INSERT INTO identity_embeddings (id, project_id, character_id, subject_kind, subject_id, file_id,
    face, encoder, dimensions, route, vector)
SELECT gen_random_uuid(), project_id, character_id, 'reference', $1, file_id, $2,
    $3::text, $4::int, $5::text, $6::text::vector
FROM identity_embeddings LIMIT 1
"""

# the foreign key, the check, and the index of the encoder, whichever looks first
REFUSALS = (asyncpg.CheckViolationError, asyncpg.ForeignKeyViolationError, asyncpg.DataError)


def _vector(dimensions: int) -> str:
    return str([0.5] * dimensions)


@pytest.mark.parametrize(
    ("encoder", "claimed", "route", "real"),
    [
        ("dlib-resnet-v1", 128, "photographic", 192),
        ("dlib-resnet-v1", 192, "photographic", 192),
        ("dlib-resnet-v1", 128, "appearance", 128),
        ("nobody-knows-it", 128, "photographic", 128),
    ],
)
async def test_a_vector_of_another_shape_or_encoder_is_refused(
    house: House, database_url: str, encoder: str, claimed: int, route: str, real: int
) -> None:
    ada = await house.person("ada")
    await person_with_face(house, ada, await house.project(ada), who=1, count=1)
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        with pytest.raises(REFUSALS) as refused:
            await connection.execute(INSERT, uuid4(), 0, encoder, claimed, route, _vector(real))
        assert any(word in str(refused.value) for word in ("identity_embeddings", "dimensions"))
    finally:
        await connection.close()


async def test_every_face_of_a_picture_is_kept_and_its_measurement_without_vectors(
    house: House, database_url: str
) -> None:
    ada = await house.person("ada")
    mara = await person_with_face(house, ada, await house.project(ada), who=1, count=1)
    values = report(face(1, 900), face(2, 901))
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **values)
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        rows = await connection.fetch(
            "SELECT face, vector::text AS vector FROM identity_embeddings "
            "WHERE subject_id = $1 ORDER BY face",
            UUID(id_),
        )
        kept = await connection.fetchval(
            "SELECT measurement::text FROM character_variations WHERE id = $1", UUID(id_)
        )
    finally:
        await connection.close()
    assert [row["face"] for row in rows] == [0, 1]
    numbers = [float(word) for word in rows[0]["vector"].strip("[]").split(",")]
    assert numbers == pytest.approx(embedding(1, 900), abs=1e-6)
    assert '"face_px": 220' in kept
    assert "embedding" not in kept


@pytest.fixture
def old_database(empty_database_url: str) -> tuple[str, str]:
    """A database as the first release made it: its URL and its name."""
    upgrade(empty_database_url, revision="0001")
    return empty_database_url, empty_database_url.partition("?")[0].rpartition("/")[2]


FILL = """
INSERT INTO users (id, username, name, colour) VALUES ('{user}', 'ada', 'Ada', '#000000');
INSERT INTO projects (id, title, folder, settings) VALUES ('{project}', 'T', 't', '{{}}');
INSERT INTO files (id, project_id, sha256, media_type, bytes)
    VALUES ('{file}', '{project}', 'a', 'image/png', 1);
INSERT INTO characters (id, project_id, name, trigger_word)
    VALUES ('{character}', '{project}', 'Mara', 'mara');
INSERT INTO character_references (id, project_id, character_id, file_id, name, source_sha256,
    phash, state, encoder, embedding)
    VALUES ('{reference}', '{project}', '{character}', '{file}', 'a.jpg', 'a', '00', 'ready',
        'dlib-resnet-v1', '{vector}');
INSERT INTO character_variations (id, project_id, character_id, key, tier, state, recipe, file_id,
    measurable, p_same, similarity, encoder, embedding, judge)
    VALUES ('{variation}', '{project}', '{character}', 'angle/front', 'low', 'succeeded', '{{}}',
        '{file}', 'measured', 0.5, 0.4, 'dlib-resnet-v1', '{vector}',
        '{{"encoder": "dlib-resnet-v1", "references": 3, "distance": 0.4}}');
"""


def test_vectors_move_into_their_table_and_back(
    services: TestServices, old_database: tuple[str, str]
) -> None:
    url, name = old_database
    ids = {
        word: uuid4() for word in ("user", "project", "file", "character", "reference", "variation")
    }
    services.sql(FILL.format(**ids, vector=_vector(128)), database=name)
    upgrade(url, revision="0002")
    moved = services.sql(
        "SELECT subject_kind, subject_id, vector_dims(vector), encoder FROM identity_embeddings "
        "ORDER BY subject_kind",
        database=name,
    )
    assert moved.splitlines() == [
        f"reference|{ids['reference']}|128|dlib-resnet-v1",
        f"variation|{ids['variation']}|128|dlib-resnet-v1",
    ]
    _downgrade(url, "0001")
    back = services.sql(
        "SELECT encoder, vector_dims(embedding) FROM character_references "
        "UNION ALL SELECT encoder, vector_dims(embedding) FROM character_variations",
        database=name,
    )
    assert back.splitlines() == ["dlib-resnet-v1|128"] * 2


def _downgrade(url: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    from onmodel.cli.migrations import MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.downgrade(config, revision)
