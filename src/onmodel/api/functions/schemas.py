"""What the API says about the installed functions."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from onmodel.functions.pulls import Pull
from onmodel.functions.terms import Terms
from onmodel.functions.trials import FunctionTrial
from onmodel.projects.schemas import Quality


class FunctionChance(BaseModel):
    """Whether a function is chosen by itself, and otherwise why not.

    ``second``: another one goes first. ``not_offered``: no machine that works now has it.
    """

    code: Literal["chosen", "second", "unfit", "unaccepted", "no_worker", "no_vram", "not_offered"]
    sentence: str


class FunctionTierRead(BaseModel):
    """What a function takes in one tier, and whether it is chosen there.

    ``vram_mb`` is 0 on a CPU. ``median_seconds`` is over ``runs`` past runs, null without any.
    """

    tier: Quality
    vram_mb: int
    median_seconds: float | None
    runs: int
    chance: FunctionChance


class FunctionWeightRead(BaseModel):
    """A model file: its size, its terms, and whether it is on this server."""

    name: str
    bytes: int
    licence: str
    licence_url: str | None
    commercial: bool
    present: bool


class FunctionWarm(BaseModel):
    """A process or container that is kept, or with ``resting`` one that kept dying.

    ``seconds`` is the time in this state when the worker last told; of a resting one, what was left
    until its next start. Memory is in MiB, null while nobody has measured it; ``vram_mb`` is set
    aside on ``gpu``, 0 for one on the processor.
    """

    worker: str
    instance: str
    state: Literal["starting", "idle", "busy", "ending", "resting"]
    calls: int
    seconds: float
    memory_mb: int | None
    gpu: str | None
    vram_mb: int
    vram_used_mb: int | None


class FunctionHealth(BaseModel):
    """The latest 50 runs.

    ``refused`` had an unfit input; ``failed`` were the fault of the function or a machine.
    ``running`` go on now.
    """

    succeeded: int
    refused: int
    failed: int
    running: int
    last_at: datetime | None
    last_failure_at: datetime | None
    last_failure_code: str | None


class LicenceAcceptanceRead(BaseModel):
    """Who accepted the terms, and when."""

    by: str
    at: datetime


class LicenceAccept(BaseModel):
    """The terms as the person read them."""

    terms: list[Terms]


class FunctionUnfit(BaseModel):
    """A task that a function names and does not fit, with what is missing, for its author."""

    task: str
    reason: str


class FunctionRead(BaseModel):
    """A model function.

    ``problem`` says what is wrong with a folder that cannot be used; nothing else of it is
    known then. ``commercial`` is whether all of it may be used in work that is sold.
    ``install`` is the command that fetches what is missing, null when nothing is; ``pull`` is how
    far that is. ``terms`` have to be accepted by an administrator before it is ``enabled``.
    ``tested`` is null for one that was never tried here. ``unfit`` says why it is not chosen for a
    task that it names, as far as it was started on this server.
    """

    name: str
    version: str
    title: str
    summary: str
    tasks: list[str]
    preview: bool
    licence: str
    licence_url: str | None
    commercial: bool
    terms: list[Terms]
    acceptance: LicenceAcceptanceRead | None
    enabled: bool
    installed: bool
    install: str | None
    pull: Pull | None
    problem: str | None
    tiers: list[FunctionTierRead]
    weights: list[FunctionWeightRead]
    memory_mb: int
    run_seconds: float
    warm: list[FunctionWarm]
    health: FunctionHealth
    tested: FunctionTrial | None
    unfit: list[FunctionUnfit]
