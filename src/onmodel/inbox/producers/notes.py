"""Who is mentioned in a note, and who is answered."""

from onmodel.accounts import repository as accounts
from onmodel.characters import repository as characters
from onmodel.events.log import Told, when_told
from onmodel.inbox import pages, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.db.uow import UnitOfWork
from onmodel.notes import repository as notes
from onmodel.notes.schemas import NoteRemoved, NoteUpdated
from onmodel.variations import repository as variations


async def written(uow: UnitOfWork, told: Told) -> None:
    """Tell who is mentioned, and who is in the thread that was answered.

    Told of each change of a note; only what its author does, and new words, can be news.
    """
    assert isinstance(told.payload, NoteUpdated)
    note = told.payload.data
    is_reworded = (told.change or {}).get("verb") == "changed note"
    if told.actor_id is None or (told.actor_id != note.created_by and not is_reworded):
        return
    thread = await notes.authors(uow, note.parent_id) if note.parent_id else []
    if not note.mentions and not thread:
        return
    author = await accounts.find_user(uow, told.actor_id)
    character = await characters.find(uow, note.character_id)
    picture = await variations.find(uow, note.variation_id)
    assert author is not None  # they did it just now
    assert character is not None  # foreign keys hold it and the picture
    assert picture is not None
    where = f"on {note.label} of {character.name}"
    # one key for both: who is mentioned in an answer to them hears of it once
    for kind, people, says in (
        (Kind.MENTION, note.mentions, "mentioned you"),
        (Kind.ANSWER, thread, "answered"),
    ):
        await service.notify(
            uow,
            person_ids=people,
            kind=kind,
            project_id=note.project_id,
            subject_type="note",
            subject_id=note.id,
            url=pages.note(
                note.project_id, note.character_id, note.variation_id, note.parent_id or note.id
            ),
            title=f"{author.name} {says} {where}",
            body=note.text,
            key=f"note:{note.id}",
            actor_id=author.id,
            file_id=picture.file_id,
        )


async def removed(uow: UnitOfWork, told: Told) -> None:
    """Take back what was told of a note and its answers: their page shows them no more."""
    assert isinstance(told.payload, NoteRemoved)
    note_id = told.payload.note_id
    await service.withdraw(uow, [note_id, *await notes.answers(uow, note_id)])


def register() -> None:
    when_told("server:note.updated", written)
    when_told("server:note.removed", removed)
