"""The API process: every route, the sockets, the web application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from onmodel.accounts.routes import router as accounts
from onmodel.activity.routes import router as activity
from onmodel.api import health, spa
from onmodel.api.assets import router as assets
from onmodel.api.functions.fetching import Fetching
from onmodel.api.functions.routes import router as functions
from onmodel.api.garbage import Garbage
from onmodel.api.limits import BodyLimit
from onmodel.api.loop_lag import LoopLag
from onmodel.api.openapi import describe
from onmodel.api.queue.routes import router as queue
from onmodel.api.queue.share_routes import router as shares
from onmodel.api.realtime.hub import Hub
from onmodel.api.realtime.live.places import Places
from onmodel.api.realtime.personal import Mailroom
from onmodel.api.realtime.personal import router as personal
from onmodel.api.realtime.presence import PresenceBoard
from onmodel.api.realtime.session import router as realtime
from onmodel.api.realtime.watch import Watch
from onmodel.api.security import SecurityHeaders
from onmodel.api.state_routes import router as state
from onmodel.archive.routes import router as archive
from onmodel.channels.routes import router as channels
from onmodel.characters.routes import router as characters
from onmodel.composition import Resources, compose
from onmodel.decisions.guest_routes import router as outside_review
from onmodel.decisions.routes import router as decisions
from onmodel.http import problems
from onmodel.http.uploads import ENVELOPE_BYTES
from onmodel.identity import stock
from onmodel.identity.routes import router as identity
from onmodel.inbox.routes import router as inbox
from onmodel.notes.routes import router as notes
from onmodel.nouns import register_handlers
from onmodel.projects.file_routes import router as files
from onmodel.projects.routes import router as projects
from onmodel.review.alert_routes import router as alerts
from onmodel.review.consistency_routes import router as consistency
from onmodel.review.golden_routes import router as golden
from onmodel.review.routes import router as verdicts
from onmodel.settings import Settings
from onmodel.storage.pictures import Ingest
from onmodel.training.routes import router as training
from onmodel.variations.routes import router as variations
from onmodel.versions.routes import router as versions


def create_app(settings: Settings) -> FastAPI:
    """Return the application; nothing is connected before it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        resources: Resources = compose(settings)
        register_handlers()
        await stock.bring_up_to_date(resources.database)
        hub = Hub(resources.database, resources.bus)
        mail = Mailroom(resources.bus)
        board, watch = PresenceBoard(resources.bus), Watch(resources.database, hub, mail)
        app.state.mail, app.state.fetching = mail, Fetching(settings)
        app.state.resources, app.state.hub, app.state.presence = resources, hub, board
        app.state.watch, app.state.places = watch, Places(resources.bus)
        app.state.loop_lag, app.state.garbage = LoopLag(), Garbage()
        async with Ingest(
            max_bytes=settings.upload_bytes, max_pixels=settings.upload_pixels
        ) as ingest:
            app.state.ingest = ingest
            hub.start()
            mail.start()
            board.start()
            app.state.places.start()
            watch.start()
            app.state.loop_lag.start()
            try:
                yield
            finally:
                await asyncio.to_thread(app.state.fetching.close)
                await app.state.loop_lag.stop()
                await watch.stop()
                await mail.stop()
                await hub.stop()
                await app.state.places.stop()
                await board.stop()
                await resources.close()

    app = FastAPI(
        title="OnModel",
        summary="Keeps a film team's characters on-model.",
        version=health.VERSION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.upload_bytes + ENVELOPE_BYTES)
    app.add_middleware(SecurityHeaders)
    app.include_router(health.router, prefix="/api")
    v1 = APIRouter(prefix="/api/v1")
    for router in (
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
    ):
        v1.include_router(router)
    app.include_router(v1)
    # the companion documents fix this address without a version
    app.include_router(_token_alias(), include_in_schema=False)
    app.include_router(personal)
    app.include_router(realtime)
    describe(app)
    spa.mount(app, settings.web_dir)
    return app


def _token_alias() -> APIRouter:
    alias = APIRouter()
    for route in accounts.routes:
        if getattr(route, "path", "") == "/auth/token":
            alias.routes.append(route)
    return alias
