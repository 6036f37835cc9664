"""Which release served when, and up to which day of the data it knew: the casebook's log of published releases.

Not here: the releases themselves (`publish.py`), what is known when (`build/history.py`).
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
    """Every release that was ever published, oldest first, once what is on disk and not in the log is written down.

    A night that was killed between publishing and this is so made good by the next.
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
    """None for a release without a readable manifest, and for one of a hub that did not know what it knew."""
    try:
        manifest = publish.show(settings, id_)
    except ReleaseError:
        return None
    return PublishedRelease(manifest.id, manifest.built_at, manifest.known_on) if manifest.known_on else None
