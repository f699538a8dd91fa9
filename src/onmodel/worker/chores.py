"""What the house does by the clock, in the Producer's process, out of every browser's way.

Git is slow and holds Python's lock: beside sockets it would make every frame wait. Files may be
large, so it has a task of its own. Two processes at it do no harm.
"""

from functools import partial

from onmodel.archive.archivist import Archivist
from onmodel.composition import Resources
from onmodel.decisions import deadlines
from onmodel.inbox import reminders
from onmodel.kit.background import Chore
from onmodel.writing import service as writing


def chores(resources: Resources) -> list[Chore]:
    """Return what ends runs of writing and voting and reminds of them, and what writes to Git."""
    database = resources.database
    archivist = Archivist(database, resources.store, resources.settings.workspace)
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
