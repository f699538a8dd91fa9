"""Annotated pictures to take along: PNG, PDF, or a ZIP with the notes as JSON and as text."""

import asyncio
import json
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Literal
from uuid import UUID

from PIL import Image

from onmodel.accounts.models import User
from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.notes import drawing, repository, telling
from onmodel.notes.drawing import Said, Thread
from onmodel.notes.errors import NothingNotedError
from onmodel.notes.marks import mark_adapter
from onmodel.notes.models import Note
from onmodel.notes.schemas import NoteRead
from onmodel.projects import repository as projects
from onmodel.storage.keys import blob_key
from onmodel.storage.names import clean_name
from onmodel.storage.store import Store
from onmodel.variations.standard import label_of

Kind = Literal["png", "zip", "pdf"]
MEDIA_TYPES: dict[str, str] = {
    "png": "image/png",
    "zip": "application/zip",
    "pdf": "application/pdf",
}
MOST_PICTURES = 60
# a page is tens of megabytes while it is drawn; whoever asks meanwhile waits
_one_at_a_time = asyncio.Lock()
_NOBODY = ("Somebody", "#6a6a6a")


@dataclass(frozen=True)
class _Page:
    """One picture, what is written on it, and the same for programs."""

    title: str
    key: str
    threads: list[Thread]
    notes: list[NoteRead]


async def annotated(
    database: Database,
    store: Store,
    actor: Actor,
    character_id: UUID,
    variation_id: UUID | None,
    kind: Kind,
) -> tuple[bytes, str]:
    """Return the file's bytes and the character's name.

    Args:
        database: read from before anything is drawn.
        store: where the pictures are.
        actor: who asks.
        character_id: whose pictures.
        variation_id: one picture; None takes all that have notes, at most ``MOST_PICTURES``.
        kind: which form.

    Raises:
        CharacterNotFoundError: it does not exist, or it is another team's.
        NothingNotedError: there are no notes.
    """
    async with database.read() as uow:
        character = await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
        notes = [
            note
            for note in await repository.of_character(uow, character_id)
            if variation_id is None or note.variation_id == variation_id
        ]
        pages = await _pages(uow, notes)
        name = character.name
    if not pages:
        raise NothingNotedError(f"Nobody has written a note on these pictures of {name}.")
    # without a connection to the database, of which there are few
    async with _one_at_a_time:
        return await _render(store, pages, name, kind), name


async def _pages(uow: UnitOfWork, notes: list[Note]) -> list[_Page]:
    ids = list(dict.fromkeys(note.variation_id for note in notes))[:MOST_PICTURES]
    pictures = await repository.measured(uow, set(ids))
    files = await projects.files_by_id(uow, [one.file_id for one in pictures.values()])
    writers = {note.created_by for note in notes if note.created_by}
    people = {id_: await uow.session.get(User, id_) for id_ in writers}
    pages: list[_Page] = []
    for id_ in ids:
        file = files.get(pictures[id_].file_id) if pictures[id_].file_id else None  # type: ignore[arg-type]  # there is one
        here = [note for note in notes if note.variation_id == id_]
        if file is not None and any(note.number for note in here):
            pages.append(
                _Page(
                    title=label_of(pictures[id_].key),
                    key=blob_key(file.sha256),
                    threads=_threads(here, people),
                    notes=[telling.read(note) for note in here],
                )
            )
    return pages


def _threads(notes: list[Note], people: dict[UUID, User | None]) -> list[Thread]:
    def said(note: Note) -> Said:
        person = people.get(note.created_by) if note.created_by else None
        name, colour = (person.name, person.colour) if person else _NOBODY
        return Said(by=name, colour=colour, text=note.text)

    return [
        Thread(
            number=note.number,
            note=said(note),
            answers=[said(answer) for answer in notes if answer.parent_id == note.id],
            mark=mark_adapter.validate_python(note.mark) if note.mark else None,
            resolved=note.resolved_at is not None,
        )
        for note in notes
        if note.number is not None
    ]


async def _render(store: Store, pages: list[_Page], name: str, kind: Kind) -> bytes:
    """Draw page after page, so that only one of them is held at a time."""
    output = BytesIO()
    if kind == "png":
        return await _as_one_picture(store, pages, name)
    archive = zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) if kind == "zip" else None
    for number, page in enumerate(pages, start=1):
        drawn = await _draw(store, page, name)
        if archive is None:
            await asyncio.to_thread(drawing.add_to_pdf, output, drawn, f"{name}: notes")
        else:
            file = f"{number:02d} {clean_name(page.title)}.png"
            archive.writestr(file, await asyncio.to_thread(drawing.to_png, drawn))
    if archive is not None:
        await asyncio.to_thread(_add_words, archive, pages)
    return output.getvalue()


async def _as_one_picture(store: Store, pages: list[_Page], name: str) -> bytes:
    stack = drawing.Stack()
    for page in pages:
        if not stack.add(await _draw(store, page, name)):
            break
    return await asyncio.to_thread(lambda: drawing.to_png(stack.whole(of=len(pages))))


async def _draw(store: Store, page: _Page, name: str) -> Image.Image:
    picture = await store.get_bytes(page.key)
    return await asyncio.to_thread(drawing.draw, picture, f"{name}, {page.title}", page.threads)


def _add_words(archive: zipfile.ZipFile, pages: list[_Page]) -> None:
    every = [note.model_dump(mode="json") for page in pages for note in page.notes]
    archive.writestr("notes.json", json.dumps(every, indent=2, ensure_ascii=False))
    archive.writestr("notes.txt", _as_text(pages))
    archive.close()


def _as_text(pages: list[_Page]) -> str:
    lines: list[str] = []
    for page in pages:
        lines += [page.title, "=" * len(page.title)]
        for thread in page.threads:
            settled = " (settled)" if thread.resolved else ""
            lines += ["", f"{thread.number}. {thread.note.by}{settled}: {thread.note.text}"]
            lines += [f"   {answer.by}: {answer.text}" for answer in thread.answers]
        lines.append("")
    return "\n".join(lines) + "\n"
