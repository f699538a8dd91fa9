"""All tables in one place, for migrations and for the test that they agree."""

from onmodel.accounts import models as accounts
from onmodel.characters import models as characters
from onmodel.dispatch import models as dispatch
from onmodel.events import models as events
from onmodel.kit.db.base import Base
from onmodel.projects import models as projects
from onmodel.review import models as review
from onmodel.templates import models as templates
from onmodel.training import models as training
from onmodel.variations import models as variations

__all__ = ["metadata"]

# every module that defines tables; importing it is what registers them
_DEFINING = (
    accounts,
    characters,
    dispatch,
    events,
    projects,
    review,
    templates,
    training,
    variations,
)

metadata = Base.metadata
