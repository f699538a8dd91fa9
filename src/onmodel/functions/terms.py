"""The terms of licences that forbid work that is sold.

Whatever stands under such terms is used only after an administrator accepted them, and what it
makes carries them: in the record of the call, in the recipe of the picture, on the page.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Kind = Literal["function", "encoder"]


class Terms(BaseModel):
    """A licence that does not allow commercial work: its name, and where it can be read."""

    model_config = ConfigDict(frozen=True)

    name: str
    url: str


class Restricted(NamedTuple):
    """Something that needs an acceptance: a function or an encoder, on exactly these terms.

    A new version on the same terms needs no new acceptance; one on other terms does.
    """

    kind: Kind
    name: str
    digest: str


def restricted(kind: Kind, name: str, terms: Iterable[Terms]) -> Restricted:
    """Name what has to be accepted."""
    words = json.dumps([[one.name, one.url] for one in distinct(terms)])
    return Restricted(kind, name, hashlib.sha256(words.encode()).hexdigest())


def distinct(terms: Iterable[Terms]) -> tuple[Terms, ...]:
    """Return each of the terms once, in the order of their names."""
    return tuple(sorted(set(terms), key=lambda one: (one.name, one.url)))
