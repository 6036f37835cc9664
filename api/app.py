"""Creates the application; every module of `api/routes` that has a `router` is served without being listed."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import Final

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import routes
from api.errors import install_error_handlers
from api.logs import DailyLog
from api.middleware import RequestMiddleware
from api.openapi import install_document, operation_id, tags_of
from api.state import open_state
from warehouse.audit_log.sign_thread import SignThread
from warehouse.settings import Settings

HOT: Final = ("households", "worklist", "verdicts", "dwellings", "session", "health")  # what phones ask most
ABOUT = """One city database built from the offices' files: look up the households of your grid, compare what the offices
say about one home, see the findings.

Start with `POST /v1/login` and send `Authorization: Bearer <access_token>` with everything else. Every answer names the
release it was read from (`release`, header `X-Release`). Lists come as `items`, `next_cursor`, `release`. Errors are
`application/problem+json` (RFC 9457). What lies outside your areas is answered
as if it did not exist."""


def create_app(settings: Settings, log: DailyLog | None = None) -> FastAPI:
    """The API of one deployment; requests are written to `log`. Loads contracts and opens the casebook; the first request opens
    the release.

    ContractError or CasebookError as `open_state`.
    """
    state, modules = open_state(settings, log), _modules()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with state.casebook, SignThread(settings):
            yield

    # as FastAPI, but the files of /docs come from here: an office's network reaches no CDN
    app = FastAPIOffline(
        docs_url=None,  # it would write a script into the page; ours is pages/docs.html
        redoc_url=None,
        static_url="/docs-files",
        title="City data hub 城市数据底座",
        version="0.1.0",
        description=ABOUT,
        lifespan=lifespan,
        openapi_tags=tags_of(modules),
        generate_unique_id_function=operation_id,
    )
    app.state.app_state = state
    install_error_handlers(app)
    app.add_middleware(RequestMiddleware, state=state)
    for module in modules:
        app.include_router(module.router)
    install_document(app, state.snapshot)
    return app


def _modules() -> list[ModuleType]:
    """The modules of `api/routes` that have a `router`, those of HOT first: a request tries one router after another."""
    found = [import_module(f"{routes.__name__}.{module.name}") for module in pkgutil.iter_modules(routes.__path__)]
    rank = {f"{routes.__name__}.{name}": n for n, name in enumerate(HOT)}
    return sorted((m for m in found if hasattr(m, "router")), key=lambda m: rank.get(m.__name__, len(HOT)))
