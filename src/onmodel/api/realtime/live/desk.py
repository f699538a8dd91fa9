"""One socket's share in what people see of each other: every message is allowed anew."""

from uuid import UUID, uuid4

from onmodel.accounts.permissions import Permission, Role
from onmodel.accounts.service import Actor
from onmodel.api.realtime import messages
from onmodel.api.realtime.admission import believed_role
from onmodel.api.realtime.connection import Connection
from onmodel.api.realtime.live.errors import (
    NoPictureHereError,
    PersonNotHereError,
    TooManyMessagesError,
)
from onmodel.api.realtime.live.places import Places
from onmodel.api.realtime.live.schemas import LiveUpdate, View, ViewUpdate
from onmodel.api.realtime.presence import Presence, PresenceBoard, PresentPerson
from onmodel.characters import service as characters
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.composition import Resources
from onmodel.decisions import door as decisions
from onmodel.decisions.errors import DecisionNotFoundError
from onmodel.kit.rate import Rate
from onmodel.projects import access
from onmodel.projects.access import ProjectNotFoundError
from onmodel.variations import service as variations
from onmodel.variations.errors import VariationNotFoundError

# of each kind of message, a second
MOVES, CHANGES, VIEWS = 10, 30, 15


class LiveDesk:
    """Takes where somebody is and what they do there, for one connection."""

    def __init__(
        self, connection: Connection, resources: Resources, board: PresenceBoard, places: Places
    ) -> None:
        self._connection = connection
        self._resources = resources
        self._board = board
        self._places = places
        self._client = uuid4().hex[:12]
        self._rates = {amount: Rate(amount) for amount in (MOVES, CHANGES, VIEWS)}

    async def answer(self, actor: Actor, message: messages.LiveMessage) -> None:
        """Do what a message asks; raises ProblemError, which only its sender hears of."""
        try:
            role = await believed_role(self._connection, self._resources, actor)
        except ProjectNotFoundError:
            self.leave()
            raise
        match message:
            case messages.PresenceMessage():
                await self._move(actor, message.payload)
            case messages.LiveUpdateMessage():
                await self._change(role, message.payload)
            case messages.ViewMessage():
                await self._show(actor, message.payload)

    def arrive(self, actor: Actor) -> None:
        """Be here, as yet nowhere in particular."""
        self._board.enter(self._connection, _person(actor))

    def leave(self) -> None:
        """Take this socket's person away from the others."""
        self._board.leave(self._connection)
        self._places.leave(self._connection)

    async def people(self) -> Presence:
        """Return who is here."""
        return await self._board.people(self._connection.project_id)

    async def _move(self, actor: Actor, update: messages.PresenceUpdate) -> None:
        # until this is allowed nothing is shown: a cursor must not stand on the last picture
        self._places.go(self._connection, None, self._client, actor.user_id)
        self._allow(MOVES)
        character_id = await self._look_up(actor, update)
        following = await self._follow(actor, update.following)
        here = PresentPerson(
            user_id=actor.user_id,
            name=actor.name,
            colour=actor.colour,
            page=update.page,
            character_id=character_id,
            variation_id=update.variation_id,
            decision_id=update.decision_id,
            following=following,
        )
        self._board.enter(self._connection, here)
        self._places.go(self._connection, _place(here), self._client, actor.user_id)
        if following != update.following:
            raise PersonNotHereError("This person does not have the project open.")

    async def _look_up(self, actor: Actor, update: messages.PresenceUpdate) -> UUID | None:
        """Return the character that is looked at; what is not of this project is not there."""
        project_id, character_id = self._connection.project_id, update.character_id
        if (update.variation_id, update.decision_id, character_id) == (None, None, None):
            return None
        async with self._resources.database.read() as uow:
            if update.variation_id is not None:
                picture = await variations.get_permitted(
                    uow, actor, update.variation_id, Permission.VIEW
                )
                if picture.project_id != project_id:
                    raise VariationNotFoundError("This picture does not exist.")
                return picture.character_id
            if update.decision_id is not None:
                decision = await decisions.get_permitted(
                    uow, actor, update.decision_id, Permission.VIEW
                )
                if decision.project_id != project_id:
                    raise DecisionNotFoundError("This decision does not exist.")
                return decision.character_id
            assert character_id is not None
            character = await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
            if character.project_id != project_id:
                raise CharacterNotFoundError("This character does not exist.")
            return character_id

    async def _follow(self, actor: Actor, user_id: UUID | None) -> UUID | None:
        """Follow somebody else who is here; return whom."""
        project_id = self._connection.project_id
        if user_id == actor.user_id or (
            user_id is not None and not await self._board.is_here(project_id, user_id)
        ):
            user_id = None
        self._places.follow(self._connection, user_id)
        return user_id

    async def _change(self, role: Role, update: LiveUpdate) -> None:
        self._allow(CHANGES)
        if update.stroke is not None:
            access.check(role, Permission.REVIEW)
        if update.stroke is not None and not self._places.is_at(self._connection, "picture"):
            raise NoPictureHereError("You do not look at one picture alone.")
        if update.at is not None:
            # among several pictures a spot belongs to one of them, and alone to none
            kinds = ("picture",) if update.on is None else ("decision", "versions")
            if not self._places.is_at(self._connection, *kinds):
                raise NoPictureHereError("You do not look at such a picture.")
        self._places.change(self._connection, update)

    async def _show(self, actor: Actor, update: ViewUpdate) -> None:
        self._allow(VIEWS)
        view = View(**update.model_dump(), user_id=actor.user_id, client=self._client)
        await self._places.show(self._connection.project_id, view)

    def _allow(self, amount: int) -> None:
        if not self._rates[amount].allows():
            raise TooManyMessagesError(f"A page may send {amount} of these a second.")


def _person(actor: Actor) -> PresentPerson:
    return PresentPerson(user_id=actor.user_id, name=actor.name, colour=actor.colour)


def _place(here: PresentPerson) -> str | None:
    if here.variation_id is not None:
        return f"picture:{here.variation_id}"
    if here.decision_id is not None:
        return f"decision:{here.decision_id}"
    if here.page in ("character", "versions") and here.character_id is not None:
        return f"{here.page}:{here.character_id}"
    return "gallery" if here.page == "gallery" else None
