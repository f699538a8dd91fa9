"""Who may do what: one table of roles, one set of permissions.

The door itself is ``projects.access``: it knows which role a person has in a project.
"""

from enum import StrEnum


class Role(StrEnum):
    """A person's role in a project, strongest first."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


RANK: dict[Role, int] = {Role.OWNER: 4, Role.EDITOR: 3, Role.REVIEWER: 2, Role.VIEWER: 1}


class Permission(StrEnum):
    """What somebody may do in a project."""

    VIEW = "view"
    REVIEW = "review"
    EDIT = "edit"
    TRAIN = "train"
    GENERATE = "generate"
    MANAGE = "manage"


_VIEWER = frozenset({Permission.VIEW})
_REVIEWER = _VIEWER | {Permission.REVIEW}
_EDITOR = _REVIEWER | {Permission.EDIT, Permission.TRAIN, Permission.GENERATE}
_OWNER = _EDITOR | {Permission.MANAGE}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _OWNER,
    Role.EDITOR: _EDITOR,
    Role.REVIEWER: _REVIEWER,
    Role.VIEWER: _VIEWER,
}


def strongest(roles: list[Role]) -> Role | None:
    """Return the role that counts when somebody has several, or None without any."""
    return max(roles, key=RANK.__getitem__, default=None)


def allows(role: Role, permission: Permission) -> bool:
    """Tell whether ``role`` includes ``permission``."""
    return permission in GRANTS[role]
