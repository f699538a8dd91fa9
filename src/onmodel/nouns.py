"""Lets every noun hear of its calls and its texts; called once per process that changes any."""

from functools import cache

from onmodel.channels import outbox as channels
from onmodel.characters import repository as characters
from onmodel.characters import texts as character_texts
from onmodel.decisions import comment_texts as comments
from onmodel.decisions import telling as decisions
from onmodel.dispatch import handlers
from onmodel.identity import checks, references
from onmodel.inbox import listening as inbox
from onmodel.notes import texts as notes
from onmodel.projects import service as projects
from onmodel.review import alerts, evidence, golden
from onmodel.training import progress as training
from onmodel.variations import progress as variations
from onmodel.versions import capture, pinning


@cache
def register_handlers() -> None:
    """Register each noun's handlers; the second time nothing happens.

    In the order of the rooms: what lies above hears after what lies below.
    """
    handlers.lock_owners_with(characters.lock_all)
    projects.register()
    character_texts.register()
    references.register()
    checks.register()
    training.register()
    variations.register()
    alerts.register()
    golden.register()
    evidence.register()
    decisions.register()
    comments.register()
    notes.register()
    inbox.register()
    capture.register()
    pinning.register()
    channels.register()
