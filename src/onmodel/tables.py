"""All tables in one place, for migrations and for the test that they agree."""

from onmodel.accounts import models as accounts
from onmodel.activity import models as activity
from onmodel.archive import models as archive
from onmodel.channels import models as channels
from onmodel.characters import models as characters
from onmodel.decisions import models as decisions
from onmodel.dispatch import models as dispatch
from onmodel.dispatch import share_models as shares
from onmodel.events import models as events
from onmodel.functions import licence_models as licences
from onmodel.identity import models as identity
from onmodel.identity.models import NEAREST
from onmodel.inbox import models as inbox
from onmodel.kit.db import once
from onmodel.kit.db.base import Base
from onmodel.notes import models as notes
from onmodel.projects import models as projects
from onmodel.review import models as review
from onmodel.templates import models as templates
from onmodel.text import models as text
from onmodel.training import models as training
from onmodel.variations import models as variations
from onmodel.versions import models as versions

__all__ = ["is_described", "metadata"]

# every module that defines tables; importing it is what registers them
_DEFINING = (
    accounts,
    archive,
    activity,
    channels,
    characters,
    decisions,
    dispatch,
    events,
    identity,
    inbox,
    licences,
    notes,
    once,
    projects,
    review,
    shares,
    templates,
    text,
    training,
    variations,
    versions,
)

metadata = Base.metadata


def is_described(_item: object, name: str | None, type_: str, *_: object) -> bool:
    """Say whether the models describe a thing of the database.

    The indexes over vectors do not: there is one for each encoder that the house knows, made
    when it learns of the encoder.
    """
    return not (type_ == "index" and (name or "").startswith(NEAREST))
