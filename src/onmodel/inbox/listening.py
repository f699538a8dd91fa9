"""Lets the inbox hear of what happens; called once per process that changes anything."""

from onmodel.inbox.producers import alerts, decisions, notes, people, versions, work


def register() -> None:
    """Listen to the log for each kind of notice."""
    for producer in (notes, decisions, alerts, work, people, versions):
        producer.register()
