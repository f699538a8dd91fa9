"""Golden sets: the same pictures with the same seeds, made again whenever the maker changed.

Their pictures are variations of their own (``golden_run_id``); none of them ever stands in the
character's sheet. Scores are read from the pictures as they are now, so runs stay comparable when
a calibration changes.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.events import log as events
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.kit.lifecycle import State
from onmodel.review import golden_reading
from onmodel.review.errors import GoldenRunningError, GoldenSetEmptyError, SlotTwiceError
from onmodel.review.models import GoldenRun, GoldenSet
from onmodel.review.schemas import (
    GoldenRead,
    GoldenRunRead,
    GoldenRunUpdated,
    GoldenSetUpdated,
    GoldenSlotWrite,
)
from onmodel.variations import service as variations
from onmodel.variations.changes import when_picture_changes
from onmodel.variations.models import Variation

RUNS_SHOWN = 20


async def read(uow: UnitOfWork, actor: Actor, character_id: UUID) -> GoldenRead:
    """Return a character's golden set and its newest runs."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return await _read(uow, character_id)


async def _read(uow: UnitOfWork, character_id: UUID) -> GoldenRead:
    kept = await uow.session.get(GoldenSet, character_id)
    runs = await uow.session.scalars(
        select(GoldenRun)
        .where(GoldenRun.character_id == character_id)
        .order_by(GoldenRun.number.desc())
        .limit(RUNS_SHOWN + 1)
    )
    reads = await golden_reading.read_runs(uow, list(runs))
    return GoldenRead(
        character_id=character_id,
        slots=golden_reading.slots(kept.slots if kept else []),
        runs=reads[:RUNS_SHOWN],
    )


async def put(
    uow: UnitOfWork, actor: Actor, character_id: UUID, wished: list[GoldenSlotWrite]
) -> GoldenRead:
    """Choose the pictures of a golden set; runs that were made keep theirs.

    Raises:
        UnknownKeyError: the standard set has no such picture.
        CannotDoError: no function of this house can make it.
        SlotTwiceError: a picture with the same seed is there twice.
    """
    character = await characters.get_present(uow, actor, character_id, Permission.EDIT)
    variations.check_keys(slot.key for slot in wished)
    slots = [{"key": slot.key, "seed": slot.seed} for slot in wished]
    if len({(slot.key, slot.seed) for slot in wished}) < len(slots):
        raise SlotTwiceError("A picture is in the set twice with the same seed.")
    kept = await uow.session.get(GoldenSet, character_id)
    if (kept.slots if kept else []) == slots:
        return await _read(uow, character_id)
    before = len(kept.slots) if kept else 0
    values = {"slots": slots, "updated_by": actor.user_id, "updated_at": now()}
    await uow.session.execute(
        insert(GoldenSet)
        .values(character_id=character_id, project_id=character.project_id, **values)
        .on_conflict_do_update(index_elements=["character_id"], set_=values)
    )
    if kept is not None:
        await uow.session.refresh(kept)
    await events.record(
        uow,
        character.project_id,
        "server:golden_set.updated",
        GoldenSetUpdated(character_id=character_id, data=golden_reading.slots(slots)),
        actor_id=actor.user_id,
        subject_id=character_id,
        change={"verb": "chose golden set", "fields": {"pictures": [before, len(slots)]}},
    )
    return await _read(uow, character_id)


async def run(uow: UnitOfWork, actor: Actor, character_id: UUID) -> GoldenRunRead:
    """Make the golden set once more.

    Raises:
        GoldenSetEmptyError: no picture was chosen.
        GoldenRunningError: a run is on its way.
        NoReferenceError: no reference shows a face.
    """
    character = await characters.get_present(uow, actor, character_id, Permission.GENERATE)
    kept = await uow.session.get(GoldenSet, character_id)
    if kept is None or not kept.slots:
        raise GoldenSetEmptyError(f"{character.name} has no golden set yet.")
    last = await uow.session.scalar(
        select(GoldenRun)
        .where(GoldenRun.character_id == character_id)
        .order_by(GoldenRun.number.desc())
        .limit(1)
    )
    if last is not None and last.state == "running":
        raise GoldenRunningError(f"Run {last.number} is still being made.")
    made = GoldenRun(
        id=new_id(),
        project_id=character.project_id,
        character_id=character_id,
        number=last.number + 1 if last else 1,
        slots=[],
        adapter_number=character.adapter_number,
        state="running",
        created_by=actor.user_id,
        created_at=now(),
    )
    wishes = [(slot["key"], int(slot["seed"])) for slot in kept.slots]
    asked = await variations.make_aside(uow, actor, character, wishes, golden_run_id=made.id)
    made.slots = [
        slot | {"variation_id": str(picture.id)}
        for slot, picture in zip(kept.slots, asked, strict=True)
    ]
    uow.session.add(made)
    await uow.session.flush()
    return await _tell(uow, made, actor.user_id, {"verb": "ran golden set", "number": made.number})


async def progressed(uow: UnitOfWork, row: Variation) -> None:
    """Tell of a picture of a run when it is settled, and end the run with its last one.

    A run that is done is not told again when its pictures are judged anew: one new reference would
    send every run there ever was. Whoever looks at them reads them again.
    """
    if row.golden_run_id is None or not _settled(row):
        return
    made = await uow.session.get(GoldenRun, row.golden_run_id)
    if made is None or made.state == "done":
        return
    rows = await _pictures(uow, made)
    change: dict[str, Any] | None = None
    if all(_settled(one) for one in rows):
        made.state, made.finished_at = "done", now()
        made.function, made.function_version = _made_by(rows)
        await uow.session.flush()
        change = {"verb": "finished golden set", "number": made.number}
    await _tell(uow, made, None, change)


async def _pictures(uow: UnitOfWork, made: GoldenRun) -> Sequence[Variation]:
    found = await uow.session.scalars(
        select(Variation)
        .where(Variation.golden_run_id == made.id)
        .order_by(Variation.created_at, Variation.id)
    )
    return list(found)


def _settled(row: Variation) -> bool:
    """Tell whether a picture is judged, or will never be."""
    state = State(row.state)
    return state.is_final and (state is not State.SUCCEEDED or row.measurable != "pending")


def _made_by(rows: Sequence[Variation]) -> tuple[str | None, str | None]:
    """Return function and version, the first that a picture of the run names."""
    for row in rows:
        if row.recipe.get("function"):
            return row.recipe["function"], row.recipe.get("version")
    return None, None


async def _tell(
    uow: UnitOfWork, made: GoldenRun, actor_id: UUID | None, change: dict[str, Any] | None
) -> GoldenRunRead:
    former = await uow.session.scalars(
        select(GoldenRun)
        .where(GoldenRun.character_id == made.character_id, GoldenRun.number < made.number)
        .order_by(GoldenRun.number.desc())
        .limit(1)
    )
    data = (await golden_reading.read_runs(uow, [made, *former]))[0]
    if change is not None and data.against_last is not None:
        change = change | {"regression": data.against_last.regression}
    await events.record(
        uow,
        made.project_id,
        "server:golden.updated",
        GoldenRunUpdated(run_id=made.id, character_id=made.character_id, data=data),
        actor_id=actor_id,
        subject_id=made.character_id,
        change=change,
    )
    return data


def register() -> None:
    """Hear of the pictures of golden runs."""
    when_picture_changes(progressed)
