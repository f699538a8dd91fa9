"""What an API process does by the clock. Files may be large: Git has a task of its own."""

from functools import partial

from onmodel.api.background import Chore
from onmodel.archive.archivist import Archivist
from onmodel.composition import Resources
from onmodel.decisions import deadlines
from onmodel.inbox import reminders
from onmodel.settings import Settings
from onmodel.writing import service as writing


def chores(resources: Resources, settings: Settings) -> list[Chore]:
    """Return what ends runs of writing and voting and reminds of them, and what writes to Git."""
    database = resources.database
    archivist = Archivist(database, resources.store, settings.workspace)
    return [
        Chore(
            "settler",
            {
                "texts": partial(writing.settle_due, database),
                "deadlines": partial(deadlines.close_due, database),
                "reminders": partial(reminders.remind_due, database),
            },
        ),
        Chore("archivist", {"projects": archivist.catch_up}),
    ]
