"""Sessions of several clients around one text: seeded, deterministic, with a bad network.

The text is a character's description, a note's words or a comment's, in turn.

The server is the product's own code on a real database. Between it and each client there are two
lines of waiting messages; a random choice says who types, which message arrives next, and what
breaks. Messages to the server keep their order, as on a socket; those to a client may come late,
twice or in another order, because acknowledgement and operation travel on different ways.
"""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from onmodel.accounts import service as accounts
from onmodel.accounts.schemas import UserCreate
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters import texts as character_texts
from onmodel.characters.schemas import CharacterCreate
from onmodel.decisions import comment_texts
from onmodel.decisions.models import Decision, DecisionComment, Voter
from onmodel.events.frames import CHANNEL
from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database, Notice, UnitOfWork
from onmodel.notes import texts as note_texts
from onmodel.notes.models import Note
from onmodel.projects.models import Project, ProjectMember
from onmodel.text import operations as ot
from onmodel.text.difference import difference
from onmodel.variations.models import Variation
from onmodel.writing import service as writing
from onmodel.writing.passages import Asked, parse

WORDS = ["a", "tall ", "😀", "e\u0301", "\n", "אב", "👩\u200d👧", ""]
Send = Callable[[str, dict[str, Any]], None]


class TextClient:
    """The client's half of the protocol: one change on its way, the others behind it."""

    def __init__(self, number: int, send: Send) -> None:
        self._number = number
        self._send = send
        self._made = 0
        self.text = self._base = ""
        self.revision = 0
        self.sent: tuple[str, ot.Operation] | None = None
        self.waiting: ot.Operation = []
        self.acknowledged: list[str] = []
        self._early: dict[int, tuple[str | None, ot.Operation | None]] = {}
        self._connected = self._asked = self._loaded = False

    def connect(self) -> None:
        """Say where we are; nothing else is sent before the answer."""
        self._connected, self._asked = False, True
        self._early.clear()
        # what we sent may stand in a text that comes whole: only the first one is asked for so
        self._send("client:text.open", {"revision": self.revision} if self._loaded else {})

    def look_again(self) -> None:
        """Ask for what the bus may have lost, once the record came with nothing of ours under way.

        No operation behind the lost one would show the gap, where it was the last.
        """
        if self._connected and not (self._asked or self.sent or self.waiting):
            self._asked = True
            self._send("client:text.open", {"revision": self.revision})

    def edit(self, operation: ot.Operation) -> None:
        """Change our own text at once."""
        self.text = ot.apply(self.text, operation)
        self.waiting = ot.compose(self.waiting, operation)
        self._flush()

    def take(self, event: str, payload: dict[str, Any]) -> None:
        """Take over one message of the server."""
        if event == "server:text.document":
            self._opened(payload)
        elif event == "server:text.op":
            self._keep(payload["revision"], payload["id"], payload["op"])
        elif self.sent and payload["id"] == self.sent[0]:
            self._keep(payload["revision"], payload["id"], None)
        self._drain()

    def _opened(self, payload: dict[str, Any]) -> None:
        if payload["text"] is not None and payload["revision"] >= self.revision:
            self._merge(difference(self._base, payload["text"]))
            self._base, self.revision = payload["text"], payload["revision"]
        self._loaded = True
        for one in payload["ops"] or []:
            self._keep(one["revision"], one["id"], one["op"])
        self._drain()
        self._connected, self._asked = True, False
        if self.sent:
            self._submit(*self.sent)
        self._flush()

    def _keep(self, revision: int, id_: str | None, operation: ot.Operation | None) -> None:
        if revision >= self.revision:
            self._early[revision] = (id_, operation)

    def _drain(self) -> None:
        if not self._loaded:
            return
        while (entry := self._early.pop(self.revision, None)) is not None:
            id_, operation = entry
            if self.sent and id_ == self.sent[0]:
                self._base = ot.apply(self._base, self.sent[1])
                self.acknowledged.append(self.sent[0])
                self.sent = None
            else:
                assert operation is not None
                self._base = ot.apply(self._base, operation)
                self._merge(operation)
            self.revision += 1
            self._flush()
        self._early = {at: one for at, one in self._early.items() if at > self.revision}
        if self._early and not self._asked:
            self._asked = True
            self._send("client:text.open", {"revision": self.revision})

    def _merge(self, theirs: ot.Operation) -> None:
        if self.sent:
            id_, sent = self.sent
            self.sent = (id_, ot.transform(sent, theirs, "right"))
            theirs = ot.transform(theirs, sent, "left")
        waiting = self.waiting
        self.waiting = ot.transform(waiting, theirs, "right")
        self.text = ot.apply(self.text, ot.transform(theirs, waiting, "left"))

    def _flush(self) -> None:
        if not self._connected or self.sent or not self.waiting:
            return
        self._made += 1
        self.sent = (f"client-{self._number}-{self._made}", self.waiting)
        self.waiting = []
        self._submit(*self.sent)

    def _submit(self, id_: str, operation: ot.Operation) -> None:
        message = {"revision": self.revision, "op": operation, "id": id_}
        self._send("client:text.op", message)


@dataclass
class Seat:
    """One client and the messages on their way from and to it."""

    client: TextClient
    actor: Actor
    up: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    down: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class Server:
    """The product's code around one database; `restart` leaves only the database."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.restarts = 0
        self._start()

    def _start(self) -> None:
        self.database = Database(make_engine(self._url, pool_size=1), self._tell)

    async def _tell(self, notices: list[Notice]) -> None:
        for channel, frame in notices:
            assert channel.startswith(CHANNEL)
            message = json.loads(frame)
            if message["event"] == "server:text.op":
                self.told.append((message["event"], message["payload"]))

    async def restart(self) -> None:
        await self.database.dispose()
        self.restarts += 1
        self.told.clear()
        self._start()


@asynccontextmanager
async def server(database_url: str) -> AsyncGenerator[Server]:
    """Return a server that is closed afterwards."""
    started = Server(database_url)
    try:
        yield started
    finally:
        await started.database.dispose()


@dataclass(frozen=True)
class Outcome:
    """What a session came to: how many texts differ, and acknowledged changes that are gone."""

    diverged: int
    lost: int
    changes: int


class TextSession:
    """One text, two to eight clients, a number of turns."""

    def __init__(
        self,
        running: Server,
        random: Random,
        *,
        project_id: UUID,
        document: str,
        actors: list[Actor],
    ) -> None:
        self._server = running
        self._random = random
        self._project_id = project_id
        self._document = document
        self._seats = [self._seat(number, actor) for number, actor in enumerate(actors)]

    def _seat(self, number: int, actor: Actor) -> Seat:
        up: list[tuple[str, dict[str, Any]]] = []
        client = TextClient(number, lambda event, payload: up.append((event, payload)))
        return Seat(client, actor, up=up)

    async def run(self, turns: int) -> Outcome:
        """Let everybody write, then let every message through, and compare."""
        for seat in self._seats:
            seat.client.connect()
        for _ in range(turns):
            await self._turn()
        while any(seat.up or seat.down for seat in self._seats):
            await self._deliver()
        return await self._outcome()

    async def _turn(self) -> None:
        seat = self._random.choice(self._seats)
        what = self._random.random()
        if what < 0.40:
            self._type(seat)
        elif what < 0.92:
            await self._deliver()
        elif what < 0.96:
            self._cut(seat)
        elif what < 0.98:
            await self._pause()
        else:
            await self._server.restart()
            for one in self._seats:
                self._cut(one)

    def _type(self, seat: Seat) -> None:
        text = seat.client.text
        at = self._random.randint(0, len(text))
        gone = text[at : at + self._random.choice([0, 0, 1, 3])]
        come = self._random.choice(WORDS)
        operation = ot.normalise([at, {"d": gone}, come])
        if operation:
            seat.client.edit(operation)

    def _cut(self, seat: Seat) -> None:
        seat.up.clear()
        seat.down.clear()
        seat.client.connect()

    async def _deliver(self) -> None:
        waiting = [one for seat in self._seats for one in ((seat, True), (seat, False))]
        ready = [(seat, up) for seat, up in waiting if (seat.up if up else seat.down)]
        if not ready:
            return
        seat, up = self._random.choice(ready)
        if up:
            await self._answer(seat, *seat.up.pop(0))
            return
        at = self._random.randrange(len(seat.down))
        message = seat.down[at]
        if self._random.random() > 0.1:  # else it comes once more
            seat.down.pop(at)
        seat.client.take(*message)

    async def _pause(self) -> None:
        async with self._server.database.begin() as uow:
            await writing.settle_text(uow, self._document)

    async def _answer(self, seat: Seat, event: str, payload: dict[str, Any]) -> None:
        if event == "client:text.open":
            async with self._server.database.read() as uow:
                text = await writing.open_text(
                    uow, seat.actor, self._project_id, self._document, payload.get("revision")
                )
            seat.down.append(("server:text.document", text.model_dump(mode="json")))
            return
        async with self._server.database.begin() as uow:
            ack = await writing.change_text(
                uow,
                seat.actor,
                self._project_id,
                self._document,
                payload["op"],
                revision=payload["revision"],
                operation_id=payload["id"],
            )
        seat.down.append(("server:text.ack", ack.model_dump(mode="json")))
        for message in self._server.told:
            for other in self._seats:
                other.down.append(message)
        self._server.told.clear()

    async def _outcome(self) -> Outcome:
        """Compare every client with the server, and the server with its own log and the record.

        A change counts as lost when it was acknowledged and the log does not hold it, or holds it
        twice; the log put together again has to be the text.
        """
        name = self._document
        await self._pause()
        async with self._server.database.read() as uow:
            now = await writing.open_text(uow, self._seats[0].actor, self._project_id, name, None)
            log = await writing.open_text(uow, self._seats[0].actor, self._project_id, name, 0)
            noun, subject_id, field = parse(name)
            asked = Asked(self._seats[0].actor, self._project_id, subject_id, field)
            record, _ = await noun.look(uow, asked)
        operations = log.ops or []
        again = ""
        for one in operations:
            again = ot.apply(again, one.model_dump()["op"])
        kept = Counter(one.id for one in operations)
        clients = [seat.client for seat in self._seats]
        acknowledged = [id_ for client in clients for id_ in client.acknowledged]
        differing = [one for one in clients if one.text != now.text or one.sent or one.waiting]
        return Outcome(
            diverged=len(differing) + (again != now.text) + (record.shown != now.text),
            lost=sum(kept[id_] != 1 for id_ in acknowledged),
            changes=len(acknowledged),
        )


async def run_sessions(running: Server, seeds: range, *, turns: int) -> list[Outcome]:
    """Run one session for each seed, each on a text of its own that begins empty."""
    outcomes: list[Outcome] = []
    for texts in (character_texts, note_texts, comment_texts):
        texts.register()
    async with running.database.begin() as uow:
        people = [await _person(uow, number) for number in range(8)]
        project = Project(title="Sessions", folder="sessions", settings={})
        uow.session.add(project)
        await uow.session.flush()
        uow.session.add_all(
            ProjectMember(project_id=project.id, user_id=person.user_id, role="editor")
            for person in people
        )
    for seed in seeds:
        random = Random(seed)
        async with running.database.begin() as uow:
            make = MAKERS[seed % len(MAKERS)]
            document, writers = await make(uow, people, project.id, f"Session {seed}")
        count = random.randint(2, 8)
        session = TextSession(
            running,
            random,
            project_id=project.id,
            document=document,
            actors=(writers * count)[:count],
        )
        outcomes.append(await session.run(turns))
    return outcomes


async def _description(
    uow: UnitOfWork, people: list[Actor], project_id: UUID, name: str
) -> tuple[str, list[Actor]]:
    made = CharacterCreate(name=name)
    character = await characters.create_character(uow, people[0], project_id, made)
    return f"character:{character.id}:description", people


async def _note(
    uow: UnitOfWork, people: list[Actor], project_id: UUID, name: str
) -> tuple[str, list[Actor]]:
    """Make a note in which everybody writes."""
    made = CharacterCreate(name=name)
    character = await characters.create_character(uow, people[0], project_id, made)
    about: dict[str, Any] = {
        "project_id": project_id,
        "character_id": character.id,
        "key": "expression/happy",
        "created_by": people[0].user_id,
    }
    picture = Variation(**about, tier="standard", state="succeeded", recipe={})
    uow.session.add(picture)
    await uow.session.flush()
    note = Note(**about, variation_id=picture.id, number=1, text="", together=True)
    uow.session.add(note)
    await uow.session.flush()
    return f"note:{note.id}:text", people


async def _comment(
    uow: UnitOfWork, people: list[Actor], project_id: UUID, name: str
) -> tuple[str, list[Actor]]:
    """Make a comment, which its author writes in several windows."""
    author = people[0]
    made = CharacterCreate(name=name)
    character = await characters.create_character(uow, author, project_id, made)
    decision = Decision(
        project_id=project_id,
        character_id=character.id,
        key="expression/happy",
        question=name,
        method="open",
        rule="lead",
        quorum=0,
    )
    uow.session.add(decision)
    await uow.session.flush()
    voter = Voter(decision_id=decision.id, user_id=author.user_id, name=author.name)
    uow.session.add(voter)
    await uow.session.flush()
    comment = DecisionComment(decision_id=decision.id, voter_id=voter.id, text="")
    uow.session.add(comment)
    await uow.session.flush()
    return f"comment:{comment.id}:text", [author]


MAKERS = (_description, _note, _comment)


async def _person(uow: UnitOfWork, number: int) -> Actor:
    data = UserCreate(username=f"writer{number}", name=f"Writer {number}")
    user = await accounts.create_user(uow, data)
    return accounts.actor_of(user, via="house")
