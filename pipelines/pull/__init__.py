"""Fetches the data that the hub gets itself, before ingest: a store's objects, a database's rows, an API's pages.

Belongs here: writing what is fetched as files into landing, and the state of each pull beside them.
Does not: reading the files; from landing on they are deliveries like all others (`pipelines/ingest/`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from contracts.errors import HubError
from contracts.model import Catalog, Table
from contracts.pull import Pull
from pipelines.pull.api import pull_api
from pipelines.pull.query import pull_query
from pipelines.pull.store import copy_store
from warehouse.settings import Settings

Progress = Callable[[str], None]


def pull_all(
    settings: Settings,
    catalog: Catalog,
    progress: Progress = lambda _: None,
    wait: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Land new data of the store and of every table's source; return a sentence with remedy for each that failed.

    Raises nothing: data fetched before stays in force. `wait(seconds)` is called between an API's retries.
    """
    failed: list[str] = []
    if settings.landing_url:
        _run(failed, "HUB_LANDING_URL", lambda: failed.extend(copy_store(settings, progress)))
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    for table in (source.version_on(today) for source in catalog.sources()):
        if table.pull:
            _run(failed, table.name, partial(_pull_table, settings, table, table.pull, progress, wait))
    return failed


def _pull_table(
    settings: Settings, table: Table, pull: Pull, progress: Progress, wait: Callable[[float], None]
) -> None:
    path = pull_query(settings, table, pull) if pull.kind == "query" else pull_api(settings, table, pull, wait)
    progress(f"{table.name}: {path.name} fetched" if path else f"{table.name}: nothing new to fetch")


def _run(failed: list[str], what: str, action: Callable[[], None]) -> None:
    """Run `action` and append its error to `failed`; of foreign errors only the type, as their text may quote rows."""
    try:
        action()
    except HubError as error:
        failed.append(f"{what}: {error}; what was fetched before stays in force")
    except OSError as error:
        failed.append(f"{what}: fetching failed: {error.strerror or type(error).__name__} -> look at disk and network")
    except Exception as error:
        failed.append(f"{what}: fetching failed with {type(error).__name__} -> this is a defect; report it")
