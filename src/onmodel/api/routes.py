"""Every address of the house, but for the web application."""

from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from onmodel.accounts.routes import router as accounts
from onmodel.activity.routes import router as activity
from onmodel.api import health
from onmodel.api.assets import router as assets
from onmodel.api.functions.routes import router as functions
from onmodel.api.queue.routes import router as queue
from onmodel.api.queue.share_routes import router as shares
from onmodel.api.realtime.personal import router as personal
from onmodel.api.realtime.session import router as realtime
from onmodel.api.state_routes import router as state
from onmodel.archive.routes import router as archive
from onmodel.channels.routes import router as channels
from onmodel.characters.routes import router as characters
from onmodel.decisions.guest_routes import router as outside_review
from onmodel.decisions.routes import router as decisions
from onmodel.identity.routes import router as identity
from onmodel.inbox.routes import router as inbox
from onmodel.notes.routes import router as notes
from onmodel.projects.file_routes import router as files
from onmodel.projects.routes import router as projects
from onmodel.review.alert_routes import router as alerts
from onmodel.review.consistency_routes import router as consistency
from onmodel.review.golden_routes import router as golden
from onmodel.review.routes import router as verdicts
from onmodel.training.routes import router as training
from onmodel.variations.routes import router as variations
from onmodel.versions.routes import router as versions

ROUTERS = (
    accounts,
    projects,
    archive,
    state,
    characters,
    identity,
    training,
    variations,
    verdicts,
    alerts,
    consistency,
    golden,
    notes,
    decisions,
    activity,
    inbox,
    outside_review,
    versions,
    files,
    assets,
    functions,
    queue,
    shares,
    channels,
)


@cache
def all_routes() -> list[BaseRoute]:
    """Return every route; built once, since FastAPI takes a fifth of a second over them."""
    whole = APIRouter()
    whole.include_router(health.router, prefix="/api")
    for router in ROUTERS:
        whole.include_router(router, prefix="/api/v1")
    # the companion documents fix this address without a version
    whole.include_router(_token_alias(), include_in_schema=False)
    whole.include_router(personal)
    whole.include_router(realtime)
    return whole.routes


def _token_alias() -> APIRouter:
    alias = APIRouter()
    for route in accounts.routes:
        if getattr(route, "path", "") == "/auth/token":
            alias.routes.append(route)
    return alias
