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


def character(project_id: UUID, character_id: UUID) -> str:
    return f"/p/{project_id}/c/{character_id}"


def picture(project_id: UUID, character_id: UUID, variation_id: UUID) -> str:
    return f"{character(project_id, character_id)}?look={variation_id}"


def note(project_id: UUID, character_id: UUID, variation_id: UUID, note_id: UUID) -> str:
    return f"{picture(project_id, character_id, variation_id)}&note={note_id}"
