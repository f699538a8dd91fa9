"""Which events can leave a character in another state: only after these one is looked for.

A transaction that tells of nothing else, such as a vote or a note, is spared the look.
"""

from onmodel.events.log import Told

# told of the rows that a state is made of; without a verb they may tell that a picture arrived
STATE_EVENTS = frozenset(
    {
        "server:character.updated",
        "server:character.removed",
        "server:reference.updated",
        "server:reference.removed",
        "server:variation.updated",
        "server:variation.removed",
        "server:training.updated",
    }
)

# whether what somebody did can change the state; a test holds this complete
VERBS = {
    "created": True,
    "changed": True,
    "removed": True,
    "restored": True,
    "added picture": True,
    "removed picture": True,
    "restored picture": True,
    "chose base face": True,
    # it sets the character's quality
    "started training": True,
    "training succeeded": True,
    "replaced picture": True,
    "went back": True,
    "training failed": False,
    "training cancelled": False,
    "generated": False,
    "kept picture": False,
    "brought picture": False,
    "reviewed": False,
    "judged likeness": False,
    "went off model": False,
    "alert awake": False,
    "snoozed alert": False,
    "closed alert": False,
    "reopened alert": False,
    "chose golden set": False,
    "ran golden set": False,
    "finished golden set": False,
    "left note": False,
    "answered note": False,
    "changed note": False,
    "resolved note": False,
    "reopened note": False,
    "removed note": False,
    "brought note back": False,
    "asked the team": False,
    "asked for votes": False,
    "suggested picture": False,
    "changed decision": False,
    # the picture that takes its place is told of as such
    "decided": False,
    "reopened decision": False,
    "voting ended": False,
    "voted": False,
    "commented": False,
    "changed comment": False,
    "named version": False,
}


def may_change_state(told: Told) -> bool:
    """Tell whether a character may be in another state after what was told."""
    if told.name not in STATE_EVENTS:
        return False
    return VERBS.get((told.change or {}).get("verb", ""), True)
