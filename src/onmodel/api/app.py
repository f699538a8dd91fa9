"""The API process: every route, the sockets, the web application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from onmodel.api import health, spa
from onmodel.api.functions.fetching import Fetching
from onmodel.api.garbage import Garbage
from onmodel.api.limits import BodyLimit
from onmodel.api.loop_lag import LoopLag
from onmodel.api.openapi import describe
from onmodel.api.realtime.hub import Hub
from onmodel.api.realtime.live.places import Places
from onmodel.api.realtime.personal import Mailroom
from onmodel.api.realtime.presence import PresenceBoard
from onmodel.api.realtime.watch import Watch
from onmodel.api.routes import all_routes
from onmodel.api.security import SecurityHeaders
from onmodel.composition import Resources, compose
from onmodel.http import problems
from onmodel.http.uploads import ENVELOPE_BYTES
from onmodel.identity import stock
from onmodel.nouns import register_handlers
from onmodel.settings import Settings
from onmodel.storage.pictures import Ingest


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
        routes=all_routes(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.upload_bytes + ENVELOPE_BYTES)
    app.add_middleware(SecurityHeaders)
    describe(app)
    spa.mount(app, settings.web_dir)
    return app
