"""What the API says about people."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class PersonRead(BaseModel):
    """A person as others see them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    username: str
    name: str
    colour: str


class UserRead(PersonRead):
    """A person as they and administrators see them."""

    is_admin: bool
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


class SignIn(BaseModel):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)


class TokenAnswer(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the word of OAuth 2.0, no secret


class MeUpdate(BaseModel):
    name: PersonName | None = None
    colour: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    password: str | None = Field(default=None, max_length=1024)
    current_password: str | None = Field(default=None, max_length=1024)


class UserCreate(BaseModel):
    username: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$")
    name: PersonName
    is_admin: bool = False


class UserUpdate(BaseModel):
    is_admin: bool | None = None
    disabled: bool | None = None


class Invitation(BaseModel):
    """A new person, or an old one who lost the password, and the link that lets them in."""

    user: UserRead
    link: str
    expires_at: datetime


class SessionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    current: bool = False


class TokenCreate(BaseModel):
    name: PersonName
    days: int | None = Field(default=None, ge=1, le=3650)


class TokenRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class TokenCreated(TokenRead):
    """The only time that the whole token is shown."""

    token: str


class TeamCreate(BaseModel):
    name: PersonName


class TeamRead(BaseModel):
    id: UUID
    name: str
    members: list[PersonRead]
