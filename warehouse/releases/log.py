"""The casebook's log of published releases: when each was built, and the day of its newest data.

Not here: the releases themselves (`publish.py`), the periods in which facts were known (`build/history.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine, insert, select

from contracts.errors import ReleaseError
from warehouse.casebook.database import open_database
from warehouse.casebook.tables import release_log
from warehouse.releases import publish
from warehouse.settings import Settings


class PublishedRelease(NamedTuple):
    """A published release; `known_on` is the day of the newest delivery it was built from."""

    release_id: str
    built_at: datetime
    known_on: date


def published_releases(settings: Settings) -> list[PublishedRelease]:
    """Every release ever published, oldest first; releases on disk that the log lacks are added to it before.

    So a night that was killed after publishing is completed by the next.
    """
    store = open_database(settings.casebook)
    try:
        _catch_up(settings, store)
        with store.connect() as tx:
            rows = tx.execute(select(release_log).order_by(release_log.c.built_at, release_log.c.release_id))
            return [PublishedRelease(r.release_id, r.built_at, r.known_on) for r in rows]
    finally:
        store.dispose()


def _catch_up(settings: Settings, store: Engine) -> None:
    with store.begin() as tx:
        known = set(tx.execute(select(release_log.c.release_id)).scalars())
        for id_ in publish.release_ids(settings):
            if id_ not in known and (entry := _on_disk(settings, id_)):
                tx.execute(insert(release_log).values(entry._asdict()))


def _on_disk(settings: Settings, id_: str) -> PublishedRelease | None:
    """The log entry of a release on disk; None without a readable manifest or without its `known_on`."""
    try:
        manifest = publish.show(settings, id_)
    except ReleaseError:
        return None
    return PublishedRelease(manifest.id, manifest.built_at, manifest.known_on) if manifest.known_on else None
