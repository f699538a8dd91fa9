"""When a piece of work may begin and by when it is needed: part of every request for work."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

MOST_DEPENDENCIES = 20


class Timing(BaseModel):
    """What a request for work says about time."""

    after: Annotated[list[UUID], Field(max_length=MOST_DEPENDENCIES)] = Field(
        default=[], description="Calls of the same project that have to succeed first"
    )
    due_at: AwareDatetime | None = Field(
        default=None, description="By when it is needed; it becomes urgent when that comes near"
    )


ANY_TIME = Timing()
