"""Runs the API under uvicorn."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

import uvicorn

from api.app import create_app
from warehouse.settings import Settings

LOG_BYTES, LOG_FILES = 10_000_000, 5


def serve(settings: Settings) -> None:
    """Serves until the process is stopped. The access log is `logs/api.log`; uvicorn's own, which has paths, is off."""
    log_to_file(settings)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        proxy_headers=False,  # it would believe everybody on this machine; clients.py believes the setting
    )


def log_to_file(settings: Settings) -> None:
    """Writes the loggers `hub.access` and `hub.error` to `logs/api.log`, rotated at 10 MB."""
    settings.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        settings.logs / "api.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    log = logging.getLogger("hub")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
