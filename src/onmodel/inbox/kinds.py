"""What a notice is about, and under which heading people find it."""

from enum import StrEnum


class Group(StrEnum):
    """A heading of the inbox."""

    MENTIONS = "mentions"
    DECISIONS = "decisions"
    WORK = "work"
    PEOPLE = "people"


class Kind(StrEnum):
    """Why somebody gets a notice; stored, so a word that was used once keeps its meaning."""

    MENTION = "mention"
    ANSWER = "answer"
    COMMENT = "comment"
    VOTE_ASKED = "vote_asked"
    DECIDED = "decided"
    DEADLINE = "deadline"
    OFF_MODEL = "off_model"
    TRAINING_DONE = "training_done"
    TRAINING_FAILED = "training_failed"
    PICTURES_DONE = "pictures_done"
    PICTURES_FAILED = "pictures_failed"
    CHECK_FAILED = "check_failed"
    WENT_BACK = "went_back"
    ROLE = "role"


GROUP_OF: dict[Kind, Group] = {
    Kind.MENTION: Group.MENTIONS,
    Kind.ANSWER: Group.MENTIONS,
    Kind.COMMENT: Group.MENTIONS,
    Kind.VOTE_ASKED: Group.DECISIONS,
    Kind.DECIDED: Group.DECISIONS,
    Kind.DEADLINE: Group.DECISIONS,
    Kind.OFF_MODEL: Group.WORK,
    Kind.TRAINING_DONE: Group.WORK,
    Kind.TRAINING_FAILED: Group.WORK,
    Kind.PICTURES_DONE: Group.WORK,
    Kind.PICTURES_FAILED: Group.WORK,
    Kind.CHECK_FAILED: Group.WORK,
    Kind.WENT_BACK: Group.WORK,
    Kind.ROLE: Group.PEOPLE,
}


def kinds_of(group: Group) -> list[Kind]:
    """Return the kinds that stand under a heading."""
    return [kind for kind, its in GROUP_OF.items() if its is group]
