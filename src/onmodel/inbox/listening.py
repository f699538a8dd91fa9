"""Lets the inbox hear of what happens; called once per process that changes anything."""

from onmodel.inbox.producers import alerts, decisions, notes, people, work


def register() -> None:
    """Listen to the log for each kind of notice."""
    for producer in (notes, decisions, alerts, work, people):
        producer.register()
