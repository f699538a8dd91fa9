"""What a person wishes, in the forms in which it is kept, read and obeyed."""

from onmodel.channels.models import Preferences
from onmodel.channels.schedule import Schedule
from onmodel.channels.schemas import GroupWishes, Medium, PreferencesRead
from onmodel.inbox.kinds import Group

_MEDIA: tuple[Medium, ...] = ("push", "email", "chat")


def schedule_of(row: Preferences | None) -> Schedule:
    """Return when messages may leave."""
    if row is None:
        return Schedule()
    return Schedule(
        time_zone=row.time_zone,
        digest=row.digest,  # type: ignore[arg-type]  # the database checks the words
        digest_at=row.digest_at,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
    )


def read(row: Preferences | None) -> PreferencesRead:
    """Return a person's wishes, or those of somebody who has said none."""
    schedule = schedule_of(row)
    silenced = row.silenced if row is not None else {}
    return PreferencesRead(
        time_zone=schedule.time_zone if row is not None else None,
        digest=schedule.digest,
        digest_at=schedule.digest_at,
        quiet_from=schedule.quiet_from,
        quiet_until=schedule.quiet_until,
        groups=[
            GroupWishes(
                group=group, **{medium: medium not in silenced.get(group, ()) for medium in _MEDIA}
            )
            for group in Group
        ],
    )


def silenced(groups: list[GroupWishes]) -> dict[str, list[Medium]]:
    """Return, for each group, the media by which it does not come."""
    return {
        wishes.group.value: [medium for medium in _MEDIA if not getattr(wishes, medium)]
        for wishes in groups
    }
