"""Pictures of the library that look like a character or like a picture.

The index over an encoder's vectors (HNSW, half precision) finds candidates, the exact distances
put them in order. Only projects that the person may see are looked at: the index goes on
(pgvector's iterative scan) until it has found enough of those, and where it gives up, because
they are a small part of a large library, all of their vectors are compared instead.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, Row, TextClause, Uuid, bindparam, text

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import repository as characters
from onmodel.characters import service as character_service
from onmodel.characters.errors import ReferenceNotFoundError
from onmodel.characters.models import Character
from onmodel.identity import calibrations, judging, repository
from onmodel.identity.calibrations import InForce
from onmodel.identity.errors import NotMeasuredError
from onmodel.identity.models import Encoder
from onmodel.identity.schemas import SimilarPicture, SimilarRead
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.projects.schemas import FileRef

# how many candidates the index keeps in sight: more finds more, and takes longer
EF_SEARCH = 100
# several faces of one picture, pictures that were removed or never chosen
SPARE = 3

_OPERATORS = {"euclidean": "<->", "cosine": "<=>"}

Label = Callable[[str], str]
_labels: list[Label] = []


def name_variations(label: Label) -> None:
    """Let the room of variations say what a picture of the set is called, by its key."""
    _labels.append(label)


def _label(key: str) -> str:
    return _labels[0](key) if _labels else key


@dataclass(frozen=True)
class Wish:
    """What is looked for.

    Attributes:
        subject_ids: whose vectors are the pattern: a picture, or a character's references.
        not_of: a character whose pictures are left out.
        projects: where to look; None for everywhere.
        limit: how many pictures at most.
    """

    subject_ids: list[UUID]
    not_of: UUID | None
    projects: list[UUID] | None
    limit: int


async def like_character(
    uow: UnitOfWork, actor: Actor, character_id: UUID, *, limit: int, others: bool
) -> SimilarRead:
    """Return the pictures most like a character, the nearest first.

    Args:
        others: leave out the character's own pictures.

    Raises:
        CharacterNotFoundError: it does not exist, or it is another team's.
        NotMeasuredError: it has no reference that could be compared.
    """
    begun = time.perf_counter()
    character = await character_service.get_permitted(uow, actor, character_id, Permission.VIEW)
    seen = await repository.encoders_of_references(uow, character_id)
    able = await calibrations.with_encoders(uow)
    in_force = {name: now for name, (_, now) in able.items()}
    judge = judging.choose(character.identity_route, seen, in_force)
    references = [id_ for id_, names in seen.items() if judge.encoder in names]
    if not references:
        raise NotMeasuredError(f"No reference of {character.name} could be measured yet.")
    wish = Wish(
        subject_ids=references,
        not_of=character_id if others else None,
        projects=await access.visible(uow, actor),
        limit=limit,
    )
    return await _answer(uow, wish, *able[judge.encoder], begun)


async def like_reference(
    uow: UnitOfWork, actor: Actor, reference_id: UUID, *, limit: int, others: bool
) -> SimilarRead:
    """Return the pictures most like a reference, without itself; see ``like_picture``."""
    reference = await characters.find_reference(uow, reference_id)
    missing = "This picture does not exist, or you cannot see it."
    if reference is None or await access.role_in(uow, actor, reference.project_id) is None:
        raise ReferenceNotFoundError(missing)
    character = await characters.find(uow, reference.character_id)
    assert character is not None  # a foreign key holds it
    return await like_picture(uow, actor, reference_id, character, limit=limit, others=others)


async def like_picture(
    uow: UnitOfWork,
    actor: Actor,
    subject_id: UUID,
    character: Character,
    *,
    limit: int,
    others: bool,
) -> SimilarRead:
    """Return the pictures most like a picture that the actor may see, without itself.

    It is compared as its character is judged; by whatever it was seen with, where that fails.

    Raises:
        NotMeasuredError: nothing in it could be measured.
    """
    begun = time.perf_counter()
    judge = await judging.judge_of(uow, character)
    able = await calibrations.with_encoders(uow)
    seen = [name for name in await repository.seen_by(uow, subject_id) if name in able]
    if not seen:
        raise NotMeasuredError("Nothing in this picture could be measured.")
    encoder = judge.encoder if judge.encoder in seen else seen[0]
    wish = Wish(
        subject_ids=[subject_id],
        not_of=character.id if others else None,
        projects=await access.visible(uow, actor),
        limit=limit,
    )
    return await _answer(uow, wish, *able[encoder], begun)


async def _answer(
    uow: UnitOfWork, wish: Wish, known: Encoder, now: InForce, begun: float
) -> SimilarRead:
    calibration = now.calibration
    rows = await nearest(uow, known, wish)
    stored = await projects.files_by_id(uow, [row.file_id for row in rows])
    return SimilarRead(
        encoder=calibration.encoder,
        route=known.route,  # type: ignore[arg-type]  # checked by the table
        milliseconds=round(1000 * (time.perf_counter() - begun), 2),
        pictures=[
            SimilarPicture(
                kind=row.subject_kind,
                id=row.subject_id,
                project_id=row.project_id,
                character_id=row.character_id,
                character_name=row.character_name,
                label=row.label if row.subject_kind == "reference" else _label(row.label),
                file=FileRef.model_validate(stored[row.file_id]),
                distance=row.distance,
                p_same=calibration.p_same(row.distance),
            )
            for row in rows
        ],
    )


async def nearest(
    uow: UnitOfWork, encoder: Encoder, wish: Wish, *, exactly: bool = False
) -> list[Row[*tuple[Any, ...]]]:
    """Return the nearest pictures as rows, the nearest first; needs a transaction.

    ``distance`` is the mean over the pattern's vectors, on the scale of the calibration.

    Args:
        exactly: compare every vector, without the index.
    """
    if wish.projects is not None and not wish.projects:
        return []
    await _prepare(uow)
    fetch = wish.limit * SPARE + 10
    rows = await _run(uow, encoder, wish, fetch, exactly=exactly)
    if exactly or len(rows) >= wish.limit:
        return rows
    if rows and rows[0].candidates >= fetch:
        # enough was found, and too much of it is not shown
        return await _run(uow, encoder, wish, fetch * 20, exactly=False)
    return await _run(uow, encoder, wish, fetch, exactly=True)


async def explain(uow: UnitOfWork, encoder: Encoder, wish: Wish) -> str:
    """Return how PostgreSQL would search, in its own words; needs a transaction."""
    await _prepare(uow)
    statement, values = _statement(encoder, wish, wish.limit, exactly=False, before="EXPLAIN ")
    return "\n".join(await uow.session.scalars(statement, values))


async def _prepare(uow: UnitOfWork) -> None:
    await uow.session.execute(
        text(
            f"SELECT set_config('hnsw.ef_search', '{EF_SEARCH}', true), "
            "set_config('hnsw.iterative_scan', 'relaxed_order', true)"
        )
    )


async def _run(
    uow: UnitOfWork, encoder: Encoder, wish: Wish, fetch: int, *, exactly: bool
) -> list[Row[*tuple[Any, ...]]]:
    statement, values = _statement(encoder, wish, fetch, exactly=exactly)
    return list((await uow.session.execute(statement, values)).all())


def _statement(
    encoder: Encoder, wish: Wish, fetch: int, *, exactly: bool, before: str = ""
) -> tuple[TextClause, dict[str, Any]]:
    values: dict[str, Any] = {"subjects": wish.subject_ids, "fetch": fetch, "limit": wish.limit}
    parameters: list[BindParameter[Any]] = [bindparam("subjects", type_=ARRAY(Uuid()))]
    if wish.projects is not None:
        values["projects"] = wish.projects
        parameters.append(bindparam("projects", type_=ARRAY(Uuid())))
    if wish.not_of is not None:
        values["not_of"] = wish.not_of
        parameters.append(bindparam("not_of", type_=Uuid()))
    return text(before + _sql(encoder, wish, exactly=exactly)).bindparams(*parameters), values


def _sql(encoder: Encoder, wish: Wish, *, exactly: bool) -> str:
    """Return the statement; names and numbers of the encoder are written out.

    A partial index is found only where the condition is spelt as the index spells it.
    """
    operator = _OPERATORS[encoder.metric]
    half = f"halfvec({encoder.dimensions})"
    middle = "avg(l2_normalize(vector))" if encoder.metric == "cosine" else "avg(vector)"
    # the names in it are those of our own catalogue
    pattern = f"(SELECT {middle}::{half} FROM pattern)"  # noqa: S608
    order = f"(e.vector::{half}) {operator} {pattern}"
    # an expression that no index offers makes PostgreSQL compare all that remain
    order = f"({order}) + 0" if exactly else order
    where = [f"e.encoder = '{encoder.name}'", "e.subject_id <> ALL(:subjects)"]
    if wish.projects is not None:
        where.append("e.project_id = ANY(:projects)")
    if wish.not_of is not None:
        where.append("e.character_id <> :not_of")
    return f"""
    WITH pattern AS MATERIALIZED (
        SELECT vector FROM identity_embeddings
        WHERE subject_id = ANY(:subjects) AND encoder = '{encoder.name}' AND face = 0
    ), near AS MATERIALIZED (
        SELECT e.subject_kind, e.subject_id, e.project_id, e.character_id, e.file_id, e.vector
        FROM identity_embeddings e WHERE {" AND ".join(where)}
        ORDER BY {order} LIMIT :fetch
    ), measured AS MATERIALIZED (
        SELECT near.*, (SELECT avg(near.vector {operator} p.vector) FROM pattern p) AS distance
        FROM near
    ), shown AS (
        SELECT DISTINCT ON (m.subject_id) m.subject_kind, m.subject_id, m.project_id,
            m.character_id, m.file_id, m.distance, c.name AS character_name,
            coalesce(r.name, v.key) AS label
        FROM measured m
        JOIN characters c ON c.id = m.character_id AND c.removed_at IS NULL
        LEFT JOIN character_references r ON m.subject_kind = 'reference'
            AND r.id = m.subject_id AND r.removed_at IS NULL
        LEFT JOIN character_variations v ON m.subject_kind = 'variation'
            AND v.id = m.subject_id AND v.current AND v.removed_at IS NULL
        WHERE r.id IS NOT NULL OR v.id IS NOT NULL
        ORDER BY m.subject_id, m.distance
    )
    SELECT shown.*, (SELECT count(*) FROM near) AS candidates FROM shown
    ORDER BY distance, subject_id LIMIT :limit
    """  # noqa: S608
