"""Builds `homes.sqlite` beside the closed candidate: DuckDB writes the text of each home, Python only hands it on.

A home is a dwelling with the households registered in it, or a household without a dwelling, in a known grid; its members are
everybody registered or living there. Homes without a grid are left out: the API reads them row by row. Not here: the layout.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import duckdb

from contracts.errors import HubError
from contracts.model import Catalog
from contracts.quoting import quote_text
from warehouse.environment import environment_fault
from warehouse.prepared.layout import FORMAT, layout
from warehouse.prepared.sections import HOMES, homes_sql, kinds_sql
from warehouse.releases.layout import CITY, HOME_FILES
from warehouse.settings import Settings

AT_ONCE = 100_000  # homes built by one query, which bounds its memory
FETCH = 2_000
TABLES = """
    create table about (name text primary key, value text not null) without rowid;
    create table claim_kind (kind integer primary key, entity, attribute, source, shown, why, delivery_id);
    create table home (n integer primary key, id text not null, rows blob not null, findings text, crc integer not null);
    create table place (key integer primary key, n integer not null);
"""


def build_home_files(settings: Settings, catalog: Catalog, folder: Path) -> int:
    """Write `homes.sqlite` for the closed city database in `folder`; returns the number of homes.

    HubError if the disk fails. A file that a failed try left is replaced.
    """
    try:
        return _build(settings, catalog, folder)
    except (duckdb.Error, sqlite3.Error, OSError) as error:
        fault = environment_fault(error)
        raise HubError(
            f"the home files could not be prepared: {fault.what if fault else type(error).__name__}",
            where=str(folder / HOME_FILES),
            remedy=fault.remedy if fault else "look at the disk, and at `hub doctor --deep`",
        ) from error


def _build(settings: Settings, catalog: Catalog, folder: Path) -> int:
    path = folder / HOME_FILES
    path.unlink(missing_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(folder / "spill")}
    config |= {"threads": settings.threads} if settings.threads else {}
    config |= {"memory_limit": settings.memory} if settings.memory else {}
    with duckdb.connect(config=config) as city, closing(sqlite3.connect(path, isolation_level=None)) as out:
        city.execute(f"attach {quote_text(folder / CITY)} as city (read_only)")
        city.execute("use city")
        # the file is hashed and synced by `publish`, and of no use before
        out.executescript(f"pragma journal_mode=off; pragma synchronous=off; pragma page_size=8192; {TABLES} begin")
        out.executemany("insert into about values (?, ?)", _about(catalog).items())
        count = _write_homes(city, out, catalog)
        out.execute("commit")
    return count


def _about(catalog: Catalog) -> dict[str, str]:
    return {"format": FORMAT, "layout": json.dumps(layout(catalog))}


def _write_homes(city: duckdb.DuckDBPyConnection, out: sqlite3.Connection, catalog: Catalog) -> int:
    city.execute(kinds_sql())
    kinds = city.execute("select * from temp.claim_kind").fetchall()
    out.executemany("insert into claim_kind values (?, ?, ?, ?, ?, ?, ?)", kinds)
    city.execute(HOMES)
    [[count]] = city.execute("select count(*) from temp.home").fetchall()
    sql = homes_sql(catalog)
    for first in range(1, count + 1, AT_ONCE):
        city.execute(sql, {"first": first, "last": first + AT_ONCE - 1})
        while some := city.fetchmany(FETCH):
            out.executemany("insert into home values (?, ?, ?, ?, ?)", map(_stored, some))
    # sixteen hex digits hold fifteen in 60 bits; a reader compares the whole id
    keys = "select ('0x' || id[:15])::bigint as key, min(n) as n from temp.place group by key order by key"
    out.executemany("insert into place values (?, ?)", city.execute(keys).fetchall())
    return int(count)


def _stored(home: tuple[int, str, str, str | None]) -> tuple[int, str, bytes, str | None, int]:
    n, id_, rows, findings = home
    text = rows.encode()
    return n, id_, text, findings, zlib.crc32(text)
