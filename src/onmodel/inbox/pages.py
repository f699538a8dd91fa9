"""The pages that notices and the stream lead to.

The same addresses as in the web application (``web/src/lib/links.ts``).
"""

from uuid import UUID

PROJECTS = "/"


def project(project_id: UUID) -> str:
    return f"/p/{project_id}/gallery"


def alerts(project_id: UUID) -> str:
    return f"/p/{project_id}/alerts"


def check(project_id: UUID) -> str:
    return f"/p/{project_id}/check"


def people(project_id: UUID) -> str:
    return f"/p/{project_id}/people"


def queue(project_id: UUID) -> str:
    return f"/p/{project_id}/queue"


def decision(project_id: UUID, decision_id: UUID) -> str:
    return f"/p/{project_id}/decide/{decision_id}"


def comment(project_id: UUID, decision_id: UUID, comment_id: UUID) -> str:
    return f"{decision(project_id, decision_id)}#comment-{comment_id}"


def character(project_id: UUID, character_id: UUID) -> str:
    return f"/p/{project_id}/c/{character_id}"


def comparison(project_id: UUID, character_id: UUID, before: int, after: int) -> str:
    """Return the page where two versions stand side by side."""
    return f"{character(project_id, character_id)}/versions?from={before}&to={after}"


def picture(project_id: UUID, character_id: UUID, variation_id: UUID) -> str:
    return f"{character(project_id, character_id)}?look={variation_id}"


def note(project_id: UUID, character_id: UUID, variation_id: UUID, note_id: UUID) -> str:
    return f"{picture(project_id, character_id, variation_id)}&note={note_id}"
