"""Lands the rows of a query on PostgreSQL or MySQL as Parquet, with the watermark in the file's metadata.

Not here: talking to the database (`database.py`, in a process of its own).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from contracts.errors import HubError
from contracts.model import Table
from contracts.pull import Pull
from contracts.quoting import quote_identifier, quote_text
from pipelines.pull.landed_files import last_landed, next_path
from warehouse.extras import require
from warehouse.files import atomic_file
from warehouse.lake.secrets import read_secret
from warehouse.settings import Settings

QUERY_SECONDS = 3600.0
DATABASE = re.compile("(postgres|postgresql|mysql)://")
PULL, WATERMARK, PULLED_AT = "hub.pull", "hub.watermark", "hub.pulled_at"
# patterns of driver messages → our message and remedy: the driver's own text may quote rows, or the URL with its password
NO_CONNECTION = "ERROR r2d2"  # the driver would retry for half a minute, and a wrong password locks the account
DRIVER_ERRORS = (
    (
        "password authentication failed|Access denied|pg_hba",
        "the database refuses user or password",
        "correct {secret}",
    ),
    ("FATAL|Unknown database", "the database refuses or ended the connection", "correct {secret}"),
    (
        NO_CONNECTION + "|timed out waiting",
        "the database does not answer",
        "is it up, and does {secret} name it rightly?",
    ),
    ("hub: repeated column", "the result has several columns of one name", "give each its own: select … as …"),
    ("column .*does not exist|Unknown column", "the database has no column that is asked for", "correct the query"),
    ("permission denied|command denied", "the database does not let this user read that", "have it granted"),
    ("", "the database could not answer the query", "try it with the database's own client; cast rare types to text"),
)


def pull_query(settings: Settings, table: Table, pull: Pull, seconds: float = QUERY_SECONDS) -> Path | None:
    """Fetch and land new rows; return the landed file, None if there are none. HubError: the pull failed."""
    require("sql", "a table that is fetched by a query")
    url = read_secret(settings, pull.secret)
    if not DATABASE.match(url):
        raise HubError(f"the secret {pull.secret} is no URL postgresql://… or mysql://…", remedy="write it again")
    with last_landed(settings, table, pull) as last, _work_folder(settings, table) as folder:
        known = _last_notes(last, pull)
        since = known.get(WATERMARK, "")
        _fetch(url, _incremental_query(url, pull, since), folder, pull.secret, seconds)
        parts = sorted(folder.glob("*.parquet"))
        if not parts:
            return None
        highest = _highest(parts, pull)
        if last and known and _rows(parts, "") == _rows([last], pull.watermark):
            return None
        path = next_path(settings, table, pull, last)
        notes = {PULL: pull.digest, WATERMARK: highest or since, PULLED_AT: datetime.now(UTC).isoformat()}
        with atomic_file(path) as temporary:
            pl.scan_parquet(parts).sink_parquet(temporary, compression="zstd", metadata=notes)
    return path


def _last_notes(last: Path | None, pull: Pull) -> dict[str, str]:
    """The pull's notes in the last landed file; {} if there are none, or the contract's pull has changed since."""
    try:
        notes = pl.read_parquet_metadata(last) if last else {}
    except pl.exceptions.PolarsError:
        return {}
    return notes if notes.get(PULL) == pull.digest else {}


@contextmanager
def _work_folder(settings: Settings, table: Table) -> Iterator[Path]:
    """A new folder each time; older ones are removed, so that the process of a killed night cannot interfere."""
    work, name = settings.lake.absolute() / "_work", f"pull-{table.name}."
    for left in work.glob(f"{name}*"):
        shutil.rmtree(left)
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=name, dir=work) as folder:
        yield Path(folder)


def _incremental_query(url: str, pull: Pull, since: str) -> str:
    """The contract's query from the watermark on, including rows equal to it and rows without one."""
    query = f"select * from (\n{pull.query.strip().rstrip(';')}\n) as pulled"
    if not since:
        return query
    name, value = quote_identifier(pull.watermark), quote_text(since)
    if url.startswith("mysql"):
        name, value = f"`{pull.watermark.replace('`', '``')}`", value.replace("\\", "\\\\")
    return f"{query}\nwhere {name} >= {value} or {name} is null"


def _fetch(url: str, query: str, folder: Path, secret: str, seconds: float) -> None:
    """Run the query in a child process that writes part files. HubError: its error, in the words of DRIVER_ERRORS.

    The URL with its password goes through stdin, not through arguments.
    """
    with subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).with_name("database.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        limit = threading.Timer(seconds, child.kill)
        limit.start()
        json.dump({"url": url, "query": query, "folder": str(folder)}, child.stdin)
        child.stdin.close()
        messages = ""
        for line in child.stderr:
            messages += line
            if NO_CONNECTION in line:
                child.kill()
    expired = not limit.is_alive()
    limit.cancel()
    if child.returncode and expired:
        what = f"the query did not end within {seconds:.0f} s"
        raise HubError(what, remedy="ask for less, or by a watermark that has an index")
    if child.returncode:
        what, remedy = next((what, remedy) for words, what, remedy in DRIVER_ERRORS if re.search(words, messages))
        raise HubError(what, remedy=remedy.format(secret=f"the secret {secret}"))


def _highest(parts: list[Path], pull: Pull) -> str:
    """The highest watermark as text for the next query; "" without one. HubError: no such column, or no order."""
    if not pull.watermark:
        return ""
    dtype = pl.read_parquet_schema(parts[0]).get(pull.watermark)
    if dtype is None:
        raise HubError(f"the result has no column {pull.watermark}", remedy="select the watermark, too")
    if not (dtype.is_numeric() or dtype.is_temporal() or dtype == pl.String):
        raise HubError(f"{pull.watermark} is neither time, number nor text", remedy="choose another watermark")
    highest = pl.scan_parquet(parts).select(pl.col(pull.watermark).max()).collect().item()
    return "" if highest is None else str(highest)


def _rows(files: Sequence[Path], watermark: str) -> tuple[object, ...]:
    """Schema, count and order-free hash of the rows; with a `watermark`, of those that would be fetched again."""
    schema = pl.read_parquet_schema(files[0])
    name = quote_identifier(watermark)
    again = f"where {name} is null or {name} = (select max({name}) from read_parquet($files))" if watermark else ""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select count(*), sum(hash(t)) from read_parquet($files) t {again}", {"files": [str(f) for f in files]}
        ).fetchall()
    return (*schema.items(), *rows)
