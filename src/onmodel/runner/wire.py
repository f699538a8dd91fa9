"""The messages of the wire contract, as our side reads them. `docs/functions.md` explains each.

Unknown fields are passed over: a newer SDK may say more than we understand.
"""

import re
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, BeforeValidator, Field, JsonValue

PREVIEW_BYTES = 64 * 1024
# As base64; a limit of the field counts before it is decoded.
_PREVIEW_CHARACTERS = -(-PREVIEW_BYTES // 3) * 4
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")

Status = Literal["starting", "processing", "succeeded", "failed", "canceled"]


class SetupState(BaseModel):
    """How the function's `setup` went."""

    status: Literal["starting", "succeeded", "failed"]
    error: str | None = None


class Health(BaseModel):
    """Answer of `GET /health-check`."""

    status: Literal["STARTING", "READY", "BUSY", "SETUP_FAILED"]
    setup: SetupState


class Start(BaseModel):
    """Event `start`: the function took the call."""

    id: str


class Progress(BaseModel):
    """Event `progress`; a training says its loss with it."""

    id: str
    fraction: float = Field(ge=0, le=1)
    stage: str = Field(default="", max_length=200)
    loss: float | None = Field(default=None, allow_inf_nan=False)


def _base64(value: object) -> object:
    """Refuse what is no base64; the decoder would pass over it."""
    if isinstance(value, str) and not _BASE64.fullmatch(value):
        raise ValueError("this is no base64")
    return value


class Preview(BaseModel):
    """Event `preview`: what the result looks like so far, some small picture."""

    id: str
    data: Annotated[Base64Bytes, BeforeValidator(_base64)] = Field(max_length=_PREVIEW_CHARACTERS)


class Log(BaseModel):
    """Event `log`: a line that the function printed."""

    id: str
    source: Literal["stdout", "stderr"]
    data: str = Field(max_length=4_000)


class ErrorDetail(BaseModel):
    """Why a call failed, for programs. `fatal`: the process ends with this call."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    message: str = Field(max_length=10_000)
    fault: Literal["input", "function"]
    field: str | None = None
    fatal: bool = False


class Metrics(BaseModel):
    """What the function measured about the call."""

    predict_time: float = Field(default=0.0, ge=0)


class Snapshot(BaseModel):
    """Events `completed` and `failed`, and the answer of `GET /predictions/{id}`."""

    id: str
    status: Status
    metrics: Metrics = Metrics()
    output: dict[str, JsonValue] | None = None
    error: str | None = None
    error_detail: ErrorDetail | None = None


class InputFault(BaseModel):
    """One entry of a 422 answer."""

    loc: list[str | int]
    msg: str
    type: str


class Refusal(BaseModel):
    """Body of a 422 answer."""

    detail: list[InputFault]


class Context(BaseModel):
    """The folders of a call, absolute, as the function sees them."""

    input_dir: str
    output_dir: str


class PredictionRequest(BaseModel):
    """Body of `PUT /predictions/{id}`."""

    id: str
    input: dict[str, JsonValue]
    context: Context


Event = Start | Progress | Preview | Log | Snapshot

EVENTS: dict[str, type[Start | Progress | Preview | Log | Snapshot]] = {
    "start": Start,
    "progress": Progress,
    "preview": Preview,
    "log": Log,
    "completed": Snapshot,
    "failed": Snapshot,
}
