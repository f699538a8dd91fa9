"""The key under which a change may be sent again."""

from typing import Annotated

from fastapi import Header

from onmodel.kit.db.once import KEY_PATTERN

ChangeKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=KEY_PATTERN,
        description="New for each change; with the same one a repeat is applied once.",
    ),
]
