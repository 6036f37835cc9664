"""The application: every module of `api/routes` that has a `router` is served; there is no list to keep."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from api import routes
from api.errors import install_error_handlers
from api.middleware import RequestMiddleware
from api.state import open_state
from api.uploads import tidy
from warehouse.settings import Settings

ABOUT = """One city database out of the offices' files: look up the households of your grid, compare what the offices
say about one home, see the findings.

Start with `POST /v1/login` and send `Authorization: Bearer <access_token>` with everything else. Every answer names the
release it was read from (`release`, header `X-Release`). Lists come as `items`, `next_cursor`, `release`. Errors are
`application/problem+json` (RFC 9457). What is out of your areas looks like something that does not exist."""


def create_app(settings: Settings) -> FastAPI:
    """The API of one deployment. Opens the contracts and the casebook; the release is opened by the first request."""
    hub = open_state(settings)
    tidy(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with hub.casebook:
            yield

    # as FastAPI, but the files of /docs come from here: an office's network reaches no CDN
    app = FastAPIOffline(
        redoc_url=None,
        static_url="/docs-files",
        title="City data hub 城市数据底座",
        version="0.1.0",
        description=ABOUT,
        lifespan=lifespan,
    )
    app.state.hub = hub
    install_error_handlers(app)
    app.add_middleware(RequestMiddleware, hub=hub)
    for router in _routers():
        app.include_router(router)
    return app


def _routers() -> Iterator[APIRouter]:
    for module in pkgutil.iter_modules(routes.__path__):
        router = getattr(import_module(f"{routes.__name__}.{module.name}"), "router", None)
        if router is not None:
            yield router
