"""What the API says about notifications outside of OnModel."""

from datetime import datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from onmodel.channels.schedule import Digest
from onmodel.inbox.kinds import Group

Medium = Literal["push", "email", "chat"]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class GroupWishes(BaseModel):
    """By which media one group of notices comes."""

    group: Group
    push: bool = True
    email: bool = True
    chat: bool = True


class PreferencesRead(BaseModel):
    """A person's wishes. Times are those of the wall; quiet hours may cross midnight.

    ``time_zone`` is null until the person has saved their wishes once.
    """

    time_zone: str | None
    digest: Digest
    digest_at: time
    quiet_from: time | None
    quiet_until: time | None
    groups: list[GroupWishes]


class PreferencesWrite(BaseModel):
    time_zone: TimeZone
    digest: Digest = "off"
    digest_at: time = time(9)
    quiet_from: time | None = None
    quiet_until: time | None = None
    groups: list[GroupWishes] = Field(max_length=len(Group))

    @model_validator(mode="after")
    def _quiet_has_two_ends(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need a beginning and an end")
        return self


class DestinationRead(BaseModel):
    """Where notifications go; the address itself is never told again."""

    id: UUID
    medium: Medium
    label: str
    problem: str | None
    sent_at: datetime | None
    created_at: datetime


class NotificationSettings(BaseModel):
    """All of one's notification settings, and what this server offers."""

    preferences: PreferencesRead
    destinations: list[DestinationRead]
    mail_offered: bool
    push_key: str


class AddressWrite(BaseModel):
    """An e-mail address, or an address of a chat service in the form that apprise knows."""

    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
    label: Label = ""


class PushKeys(BaseModel):
    """A browser's half of the keys (RFC 8291), in base64url."""

    p256dh: str = Field(pattern=r"^[A-Za-z0-9_-]{87}=?$")
    auth: str = Field(pattern=r"^[A-Za-z0-9_-]{22}={0,2}$")


class BrowserWrite(BaseModel):
    """A push subscription, as a browser gives it."""

    endpoint: str = Field(min_length=8, max_length=2000)
    keys: PushKeys
    label: Label = "A browser"


class TestRead(BaseModel):
    """What became of a test: ``failed`` comes with a sentence that says why."""

    __test__ = False

    id: UUID
    state: Literal["waiting", "sent", "failed"]
    problem: str | None
