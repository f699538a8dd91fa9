"""Variations: asked for, judged, compared, chosen."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import repository as character_rows
from onmodel.characters import service as characters
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.characters.models import Character
from onmodel.dispatch import service as dispatch
from onmodel.dispatch.errors import CallOverError
from onmodel.dispatch.schemas import NewCall
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.dispatch.timing import ANY_TIME, Timing
from onmodel.events import log as events
from onmodel.identity.errors import NotMeasuredError
from onmodel.kit.clock import now
from onmodel.kit.db import once
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import access, due
from onmodel.variations import basis, changes, judging, reading, repository, sources
from onmodel.variations.errors import (
    CannotDoError,
    NotCandidateError,
    NotFinishedError,
    SheetCompleteError,
    UnknownKeyError,
    VariationNotFoundError,
)
from onmodel.variations.models import Variation
from onmodel.variations.schemas import (
    GenerateRequest,
    PresentScore,
    VariationRead,
    VariationRemoved,
    VariationUpdate,
    VariationUpdated,
)
from onmodel.variations.sources import Source
from onmodel.variations.standard import KEYS, PREVIEW_KEYS, label_of

SUBJECT = "variation"
MAX_SEED = 2**31
_STRANGE = "This picture does not exist, or you cannot see it."


async def request_variations(
    uow: UnitOfWork, actor: Actor, character_id: UUID, data: GenerateRequest
) -> list[VariationRead]:
    """Ask for pictures of the standard set, all at once.

    A picture that stands in the set is not touched: asking for it again makes a candidate.

    Raises:
        UnknownKeyError: the standard set has no such picture.
        CannotDoError: no function of this house can make it.
        NoReferenceError: no reference shows a face.
        SheetCompleteError: nothing is missing.
        VersionNotFoundError: the character has no such version to pin to.
        DueTooSoonError: it is needed too soon, see ``projects.due``.
        UnknownDependencyError: it is to come after something that is not there.
    """
    character = await characters.get_present(uow, actor, character_id, Permission.GENERATE)
    await due.check(uow, actor, character.project_id, data.due_at)
    made_of = await basis.find(uow, character_id, data.version)
    standing = await repository.current(uow, character_id)
    keys = _keys(data.keys, standing)
    rows: list[Variation] = []
    gone: list[Variation] = []
    for key in keys:
        present = standing.get(key)
        if present is not None and await _is_being_made(uow, present):
            continue
        if present is not None and State(present.state) in (State.FAILED, State.CANCELLED):
            present.current = False
            present.removed_at = now()
            gone.append(present)
            present = None
        rows.append(_new(character, actor, key, data.tier or character.tier, present))
    if not rows:
        raise SheetCompleteError("These pictures are being made already.", try_="Wait a moment.")
    await uow.session.flush()
    for row in gone:
        await _tell_removed(uow, row, actor.user_id, None)
    source = await sources.choose(uow, character, made_of)
    seeds = [data.seed] * len(rows)
    return await _submit(uow, actor, character, rows, source, seeds=seeds, timing=data)


async def make_aside(
    uow: UnitOfWork,
    actor: Actor,
    character: Character,
    wishes: list[tuple[str, int]],
    *,
    golden_run_id: UUID | None = None,
    tier: str | None = None,
    prompt: str = "",
    quietly: bool = False,
) -> list[VariationRead]:
    """Ask for pictures, each with its own seed, that do not stand in the set.

    Args:
        uow: the transaction.
        actor: who asks.
        character: whose pictures; its row is locked.
        wishes: key of the standard set and seed of each.
        golden_run_id: the run that they are made for; such a picture never stands in the set.
        tier: with which quality; without it the character's.
        prompt: what is wished beside the character's keywords, for generators that read them.
        quietly: nobody is told, for it is not to be known yet who asked.

    Raises:
        UnknownKeyError: the standard set has no such picture.
        CannotDoError: no function of this house can make it.
        NoReferenceError: no reference shows a face.
    """
    check_keys(key for key, _ in wishes)
    rows = [_new(character, actor, key, tier or character.tier, None) for key, _ in wishes]
    for row in rows:
        row.current, row.golden_run_id = False, golden_run_id
    source = replace(await _source(uow, character, None), prompt=prompt)
    seeds = [seed for _, seed in wishes]
    return await _submit(uow, actor, character, rows, source, seeds=seeds, quietly=quietly)


def stands_aside(row: Variation) -> bool:
    """Tell whether a picture was asked for beside the set, for people to decide about."""
    beside = not row.current and row.candidate_of is None and row.golden_run_id is None
    return beside and row.removed_at is None


async def begin_again(uow: UnitOfWork, actor: Actor, variation_id: UUID, call_id: UUID) -> None:
    """Let another call make a picture that stands aside: the decision goes on with the same one."""
    row = await get_permitted(uow, actor, variation_id, Permission.GENERATE)
    row.call_id, row.state = call_id, State.QUEUED.value
    row.progress, row.error, row.finished_at = 0, None, None
    row.measurable, row.reason = "pending", None
    await uow.session.flush()
    await tell(uow, row, None, None)


async def _is_being_made(uow: UnitOfWork, present: Variation) -> bool:
    """Tell whether a picture, or a candidate beside it, is on its way: a second click is none."""
    beside = await repository.candidates(uow, present.id)
    return any(State(row.state).is_active for row in (present, *beside))


def _keys(wished: list[str] | None, standing: dict[str, Variation]) -> list[str]:
    if wished is None:
        missing = [
            key
            for key in PREVIEW_KEYS
            if key not in standing or standing[key].state in ("failed", "cancelled")
        ]
        if not missing:
            raise SheetCompleteError("Every picture that can be made here is there.")
        return missing
    check_keys(wished)
    return list(dict.fromkeys(wished))


def check_keys(keys: Iterable[str]) -> None:
    """Raise UnknownKeyError or CannotDoError unless this house can make all of these."""
    for key in keys:
        if key not in KEYS:
            raise UnknownKeyError(f"“{key}” is not part of the standard set.")
        if key not in PREVIEW_KEYS:
            raise CannotDoError(
                f"“{label_of(key)}” needs a generator that invents what no photograph shows."
            )


def _new(
    character: Character, actor: Actor, key: str, tier: str, present: Variation | None
) -> Variation:
    return Variation(
        project_id=character.project_id,
        character_id=character.id,
        key=key,
        tier=tier,
        current=present is None,
        candidate_of=present.id if present else None,
        state=State.QUEUED.value,
        created_by=actor.user_id,
        recipe={},
    )


async def _source(uow: UnitOfWork, character: Character, version: int | None) -> Source:
    return await sources.choose(uow, character, await basis.find(uow, character.id, version))


async def _submit(
    uow: UnitOfWork,
    actor: Actor,
    character: Character,
    rows: list[Variation],
    source: Source,
    *,
    seeds: list[int],
    quietly: bool = False,
    timing: Timing = ANY_TIME,
) -> list[VariationRead]:
    for row, seed in zip(rows, seeds, strict=True):
        row.recipe = source.recipe(row.key, seed)
    uow.session.add_all(rows)
    await uow.session.flush()
    calls = await dispatch.submit_many(
        uow,
        [
            NewCall(
                project_id=row.project_id,
                created_by=actor.user_id,
                subject_kind=SUBJECT,
                subject_id=row.id,
                task=Task.GENERATE_VARIATION,
                tier=Tier(row.tier),
                params=source.params(row.key, seed),
                importance=character.importance,
                depends_on=tuple(timing.after),
                due_at=timing.due_at,
            )
            for row, seed in zip(rows, seeds, strict=True)
        ],
    )
    for row, call in zip(rows, calls, strict=True):
        row.call_id = call.id
    await uow.session.flush()
    for row in rows:
        await uow.session.refresh(row)
    return await (reading.read_all(uow, rows) if quietly else asked_for(uow, rows))


async def asked_for(uow: UnitOfWork, rows: Sequence[Variation]) -> list[VariationRead]:
    """Tell that somebody asked for pictures."""
    actor_id = rows[0].created_by
    reads = [await tell(uow, row, actor_id, None) for row in rows[:-1]]
    labels = ", ".join(label_of(row.key) for row in rows)
    change = {"verb": "generated", "count": len(rows), "pictures": labels}
    return [*reads, await tell(uow, rows[-1], actor_id, change)]


async def regenerate(
    uow: UnitOfWork,
    actor: Actor,
    variation_id: UUID,
    seed: int | None,
    timing: Timing = ANY_TIME,
) -> VariationRead:
    """Make a candidate for a picture of the set; the picture itself stays."""
    row = await get_permitted(uow, actor, variation_id, Permission.VIEW)
    await access.require(uow, actor, row.project_id, Permission.GENERATE)
    await due.check(uow, actor, row.project_id, timing.due_at)
    if row.candidate_of is not None:
        await discard(uow, actor, variation_id)
        return await regenerate(uow, actor, row.candidate_of, seed, timing)
    if State(row.state).is_active:
        raise NotFinishedError("This picture is being made.")
    for former in await repository.candidates(uow, row.id):
        await stop(uow, former)
    row = await get_permitted(uow, actor, variation_id, Permission.GENERATE)
    used = [row, *await repository.candidates(uow, row.id)]
    for former in used[1:]:
        await _withdraw(uow, actor.user_id, former)
    if row.removed_at is not None or not row.current:
        raise VariationNotFoundError("This picture was replaced meanwhile.")
    character = await characters.get_present(uow, actor, row.character_id, Permission.GENERATE)
    failed = State(row.state) is not State.SUCCEEDED
    if failed:
        row.current, row.removed_at = False, now()
        await uow.session.flush()
        await _tell_removed(uow, row, actor.user_id, None)
    fresh = _new(character, actor, row.key, row.tier, None if failed else row)
    next_seed = max(int(one.recipe["seed"]) for one in used) + 1
    wanted = next_seed % MAX_SEED if seed is None else seed
    # one that was pinned to a version is made anew of the same version
    source = await _source(uow, character, basis.pinned_to(row))
    source = replace(source, prompt=row.recipe.get("prompt", ""))
    seeds = [wanted]
    (made,) = await _submit(uow, actor, character, [fresh], source, seeds=seeds, timing=timing)
    return made


async def confirm(uow: UnitOfWork, actor: Actor, variation_id: UUID) -> VariationRead:
    """Let a candidate take the place of the picture it stands beside.

    Raises:
        NotCandidateError: somebody decided already.
        NotFinishedError: it has not appeared yet.
    """
    looked_at = await get_permitted(uow, actor, variation_id, Permission.VIEW)
    beside = looked_at.candidate_of
    for other in await repository.candidates(uow, beside) if beside else []:
        if other.id != variation_id:
            await stop(uow, other)
    row = await get_permitted(uow, actor, variation_id, Permission.EDIT)
    if row.candidate_of is None or row.removed_at is not None:
        raise NotCandidateError("This picture is no candidate any more.")
    if State(row.state) is not State.SUCCEEDED:
        raise NotFinishedError("The new picture is not finished.")
    data, _ = await take_place(uow, row, actor.user_id, row.candidate_of)
    return data


async def take_place(
    uow: UnitOfWork,
    row: Variation,
    actor_id: UUID | None,
    beside: UUID | None,
    *,
    quietly: bool = False,
) -> tuple[VariationRead, UUID | None]:
    """Let a picture stand in the set, and put the candidates beside it away.

    Both are locked and the door is behind the caller.

    Args:
        uow: the transaction.
        row: the picture, which is finished.
        actor_id: who chose it; None for the house.
        beside: whose candidates are put away.
        quietly: the caller says in the history what was done, and tells of the character.

    Returns:
        The picture, and which one stood there before.
    """
    for other in await repository.candidates(uow, beside) if beside else []:
        if other.id != row.id:
            await _withdraw(uow, actor_id, other)
    # what stands in the set now, which is not always what the candidate was made beside
    former = (await repository.current(uow, row.character_id)).get(row.key)
    if former is not None:
        await _leave(uow, former, actor_id)
    row.current, row.candidate_of, row.removed_at = True, None, None
    await uow.session.flush()
    change = {"verb": "replaced picture", "picture": label_of(row.key)}
    data = await tell(uow, row, actor_id, None if quietly else change)
    await changes.picture_moved(uow, row)
    await _count(uow, row.character_id, quietly=quietly)
    return data, former.id if former else None


async def leave_place(
    uow: UnitOfWork, row: Variation, actor_id: UUID | None, *, quietly: bool = False
) -> None:
    """Take a picture out of the set; it is kept. See ``take_place``."""
    await _leave(uow, row, actor_id)
    await _count(uow, row.character_id, quietly=quietly)


async def _leave(uow: UnitOfWork, row: Variation, actor_id: UUID | None) -> None:
    row.current = False
    await uow.session.flush()
    await _tell_removed(uow, row, actor_id, None)
    await changes.picture_moved(uow, row)


async def _count(uow: UnitOfWork, character_id: UUID, *, quietly: bool) -> None:
    """Count the pictures of the set; the gallery shows how many there are."""
    if await repository.recount(uow, character_id) and not quietly:
        await characters.tell_by_id(uow, character_id, None, None)


async def discard(uow: UnitOfWork, actor: Actor, variation_id: UUID) -> VariationRead:
    """Keep the picture of the set and put its candidate away."""
    await stop(uow, await get_permitted(uow, actor, variation_id, Permission.VIEW))
    row = await get_permitted(uow, actor, variation_id, Permission.EDIT)
    if row.candidate_of is None or row.removed_at is not None:
        raise NotCandidateError("This picture is no candidate any more.")
    return await _withdraw(uow, actor.user_id, row)


async def stop(uow: UnitOfWork, row: Variation) -> None:
    """Cancel what is being made.

    A call's row is locked before its character's, here as when a call ends: call this before
    taking the character's lock, or the two wait for each other.
    """
    if row.call_id is not None and State(row.state).is_active:
        with suppress(CallOverError):
            await dispatch.cancel(uow, row.call_id)


async def _withdraw(uow: UnitOfWork, actor_id: UUID | None, row: Variation) -> VariationRead:
    row.removed_at = now()
    await uow.session.flush()
    return await _tell_removed(
        uow, row, actor_id, {"verb": "kept picture", "picture": label_of(row.key)}
    )


async def cancel(uow: UnitOfWork, actor: Actor, variation_id: UUID) -> VariationRead:
    """Stop making a picture; raises CallOverError when it is there already."""
    row = await get_permitted(uow, actor, variation_id, Permission.VIEW)
    await access.require(uow, actor, row.project_id, Permission.GENERATE)
    assert row.call_id is not None
    await dispatch.cancel(uow, row.call_id)
    await uow.session.refresh(row)
    return await reading.read(uow, row)


async def update_variation(
    uow: UnitOfWork,
    actor: Actor,
    variation_id: UUID,
    data: VariationUpdate,
    *,
    key: str | None = None,
) -> VariationRead:
    """Approve, reject or star a picture; a null verdict takes it back.

    With a ``key`` a repeat changes nothing.
    """
    if await once.repeated(uow, actor.user_id, key, "variation.update", variation_id, data):
        row = await get_permitted(uow, actor, variation_id, Permission.VIEW)
        return await reading.read(uow, row)
    row = await get_permitted(uow, actor, variation_id, Permission.REVIEW)
    if row.removed_at is not None:
        raise VariationNotFoundError("This picture was removed meanwhile.")
    sent = data.model_fields_set
    change: dict[str, Any] = {"verb": "reviewed", "picture": label_of(row.key)}
    if "verdict" in sent:
        if State(row.state) is not State.SUCCEEDED:
            raise NotFinishedError("There is no picture to judge yet.")
        change["verdict"] = data.verdict
        row.verdict = data.verdict
        row.verdict_by = actor.user_id if data.verdict else None
    if data.starred is not None:
        change["starred"] = data.starred
        row.starred = data.starred
    await uow.session.flush()
    return await tell(uow, row, actor.user_id, change)


async def list_variations(uow: UnitOfWork, actor: Actor, character_id: UUID) -> list[VariationRead]:
    """Return the set and its candidates."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return await reading.read_all(uow, await repository.list_shown(uow, character_id))


async def present_score(uow: UnitOfWork, actor: Actor, variation_id: UUID) -> PresentScore:
    """Return how a picture fits the character as it is now; for one pinned to a version.

    Raises:
        NotMeasuredError: nothing was measured in it yet.
    """
    row = await get_permitted(uow, actor, variation_id, Permission.VIEW)
    await uow.session.refresh(row, attribute_names=["measurement"])
    character = await character_rows.find(uow, row.character_id)
    assert character is not None  # a foreign key holds it
    if row.measurement is None:
        raise NotMeasuredError("Nothing was measured in this picture.")
    return reading.present_score(await judging.present(uow, row, character))


async def get_permitted(
    uow: UnitOfWork, actor: Actor, variation_id: UUID, permission: Permission
) -> Variation:
    """Return a variation, locked unless only looked at; raises VariationNotFoundError."""
    row = await repository.find(uow, variation_id)
    if row is None:
        raise VariationNotFoundError(_STRANGE)
    viewing = permission is Permission.VIEW
    # the character's row first, as everywhere: one order of locks, no deadlock
    try:
        await characters.get_permitted(uow, actor, row.character_id, permission, lock=not viewing)
    except CharacterNotFoundError as error:
        raise VariationNotFoundError(_STRANGE) from error
    if viewing:
        return row
    locked = await repository.lock(uow, variation_id)
    assert locked is not None
    return locked


async def tell(
    uow: UnitOfWork,
    row: Variation,
    actor_id: UUID | None,
    change: dict[str, Any] | None,
) -> VariationRead:
    """Record that a variation changed and return what everybody now sees.

    A picture of a golden run is no part of the sheet: whoever keeps the runs tells of it. One that
    is kept quiet is told of when that is over.
    """
    data = await reading.read(uow, row)
    if row.golden_run_id is None and not await changes.kept_quiet(uow, [row]):
        await events.record(
            uow,
            row.project_id,
            "server:variation.updated",
            VariationUpdated(variation_id=row.id, character_id=row.character_id, data=data),
            actor_id=actor_id,
            subject_id=row.character_id,
            change=change,
        )
    await changes.picture_changed(uow, row)
    return data


async def _tell_removed(
    uow: UnitOfWork, row: Variation, actor_id: UUID | None, change: dict[str, Any] | None
) -> VariationRead:
    data = await reading.read(uow, row)
    await events.record(
        uow,
        row.project_id,
        "server:variation.removed",
        VariationRemoved(variation_id=row.id, character_id=row.character_id, data=data),
        actor_id=actor_id,
        subject_id=row.character_id,
        change=change,
    )
    await changes.picture_changed(uow, row)
    return data
