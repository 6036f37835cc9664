"""What a register said before: every state its records were in, folded from all accepted deliveries of a snapshot source.

`<table>_history`: states that no file says any more: the contract's columns, the last file and row that said them,
`known_from`, `known_to` and `began`. `<table>_current_since`: of the rows in force those whose state is younger than the first
file: key, `known_from`, `began`. `first_stated`: by source the day of its first file, since when all other rows are known.
A state began `first` (in the first file), `said` (in a later one) or `corrected` (by a correction). Days are those of the
data, so the same deliveries give the same history, whenever they came in; of several files of one day the last one counts.
Not here: what facts the states are (models/), which rows are in force now (`sources.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from contracts.model import Table
from contracts.quoting import quote_text
from warehouse.build.sources import by_precedence, rows_of
from warehouse.files import atomic_file, private_folder
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

EDITION = 1  # of the folding: another one remembers nothing of this one
HISTORY, SINCE, FIRST = "_history", "_current_since", "first_stated"
NO_STATEMENT = ("updated_on",)  # the day of an office's last change says nothing of a person or a home


class Snapshot(NamedTuple):
    """A delivery on one of the days it was delivered for: the same bytes may come again."""

    day: date
    delivery: Delivery


def tables_with_history(read: Iterable[str], sources: Iterable[Table]) -> list[Table]:
    """The sources whose history is read: a register with keys, and some relation in `read` asks for what it said before."""
    asked = set(read)
    return [t for t in sources if t.load == "snapshot" and t.key and {t.name + HISTORY, t.name + SINCE} & asked]


def fold_snapshots(connection: duckdb.DuckDBPyConnection, settings: Settings, lake: Lake, table: Table) -> None:
    """Make `<table>_history` and `<table>_current_since`, and add to `first_stated`. What earlier nights folded is remembered."""
    said, memory = _said(lake, table), _Memory(settings, table)
    connection.execute(f"create temp table if not exists {FIRST} (source varchar, day date)")
    _create(connection, table)
    if not said:
        return
    connection.execute(f"insert into {FIRST} values (?, ?)", [table.name, said[0].day])
    known = memory.recall(connection, said)
    for n in range(known, len(said)):
        _step(connection, lake, table, said[:n], said[n])
    if known < len(said):
        memory.keep(connection, said, known)


def _said(lake: Lake, table: Table) -> list[Snapshot]:
    """Every accepted delivery with its day, oldest first; corrections of nothing are left out."""
    accepted = (d for d in lake.deliveries(table.name) if d.status == "accepted")
    said = sorted(
        (Snapshot(day, d) for d in accepted for day in (d.delivered_on, *d.also_on)),
        key=lambda s: (s.day, s.delivery.received_at, s.delivery.id),
    )
    whole = [i for i, s in enumerate(said) if not s.delivery.correction]
    return said[whole[0] :] if whole else []


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Both relations, empty."""
    types = {c.name: c.sql_type for c in table.lake_columns}
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    keys = ", ".join(f"{name} {types[name]}" for name in table.key)
    connection.execute(
        f"create or replace temp table {table.name}{HISTORY} ({columns}, known_from date, known_to date, began varchar)"
    )
    connection.execute(f"create or replace temp table {table.name}{SINCE} ({keys}, known_from date, began varchar)")


def _step(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, before: list[Snapshot], said: Snapshot
) -> None:
    """One file more: rows that it changes or lacks become former states, rows that it brings are known since its day."""
    if not before:
        return
    former, since = f"{table.name}{HISTORY}", f"{table.name}{SINCE}"
    old, new = _standing(before), _standing([*before, said])
    for name, deliveries in (("was", old), ("is", new)):
        paths = [str(lake.accepted_path(d)) for d in by_precedence(deliveries, table)]
        connection.execute(f"create or replace temp view said_{name} as {rows_of(paths, table)}")
    keys = ", ".join(table.key)
    same_key = " and ".join(f"w.{k} = i.{k}" for k in table.key)
    differs = " or ".join(f"w.{c} is distinct from i.{c}" for c in _statements(connection, lake, table, old, new))
    word = "corrected" if said.delivery.correction else "said"
    # a state of the same day was never known at a day's end: it is forgotten, and the next one begins as it did
    connection.execute(
        f"""
        create or replace temp table changed as
        select {", ".join(f"coalesce(w.{k}, i.{k}) as {k}" for k in table.key)},
               w.{table.key[0]} is not null as stood, i.{table.key[0]} is not null as stands
        from said_was w full join said_is i on {same_key}
        where w.{table.key[0]} is null or i.{table.key[0]} is null or {differs}"""
    )
    connection.execute(
        f"""
        create or replace temp table closed as
        select c.{", c.".join(table.key)}, c.stood, c.stands,
               coalesce(s.known_from, ?) as known_from, coalesce(s.began, 'first') as began
        from changed c left join {since} s using ({keys})""",
        [before[0].day],
    )
    columns = ", ".join(f"w.{c.name}" for c in table.lake_columns)
    connection.execute(
        f"""insert into {former} select {columns}, c.known_from, ?, c.began
        from said_was w join closed c using ({keys}) where c.stood and c.known_from < ?""",
        [said.day, said.day],
    )
    connection.execute(
        f"delete from {since} s using changed c where {same_key.replace('w.', 's.').replace('i.', 'c.')}"
    )
    connection.execute(
        f"""insert into {since} select {keys}, ?, case when stood and known_from = ? then began else ? end
        from closed where stands""",
        [said.day, said.day, word],
    )


def _standing(said: list[Snapshot]) -> list[Delivery]:
    """What is in force after these files: the last whole one and what corrects it."""
    whole = max(i for i, s in enumerate(said) if not s.delivery.correction)
    return [s.delivery for s in said[whole:]]


def _statements(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, old: list[Delivery], new: list[Delivery]
) -> list[str]:
    """The columns that make a state; a column that the contract gained between two files is no change of all its rows."""

    def held(deliveries: list[Delivery]) -> set[str]:
        names = [
            connection.execute("select name from parquet_schema(?)", [str(lake.accepted_path(d))]).fetchall()
            for d in deliveries
        ]
        return {str(name) for found in names for (name,) in found}

    own = {s.name for c in table.columns if c.name not in (*table.key, *NO_STATEMENT) for s in c.stored()}
    return sorted(own & held(old) & held(new)) or list(table.key)


class _Memory:
    """Histories folded so far: `cache/history-<table>-<digest of the deliveries folded>.parquet`."""

    def __init__(self, settings: Settings, table: Table) -> None:
        self._folder, self._table = settings.cache, table

    def recall(self, connection: duckdb.DuckDBPyConnection, said: list[Snapshot]) -> int:
        """Load the longest history that is remembered; how many deliveries it has folded."""
        for n in range(len(said), 1, -1):
            path = self._path(said[:n])
            if path.exists():
                with suppress(duckdb.Error):  # not whole: as if it were not there
                    self._load(connection, path)
                    return n
                _create(connection, self._table)
        return 0

    def _load(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        former, since = f"{self._table.name}{HISTORY}", f"{self._table.name}{SINCE}"
        file = quote_text(path)
        connection.execute(f"insert into {former} by name from read_parquet({file}) where known_to is not null")
        keys = ", ".join(self._table.key)
        connection.execute(
            f"insert into {since} select {keys}, known_from, began from read_parquet({file}) where known_to is null"
        )

    def keep(self, connection: duckdb.DuckDBPyConnection, said: list[Snapshot], known: int) -> None:
        """Remember this history and the one it grew from: of a late file or a withdrawn one that is still the beginning."""
        if len(said) < 2:
            return
        former, since = f"{self._table.name}{HISTORY}", f"{self._table.name}{SINCE}"
        private_folder(self._folder)
        stays = {self._path(said), *([self._path(said[:known])] if known else [])}
        with atomic_file(self._path(said)) as temporary:
            file = quote_text(temporary)
            connection.execute(f"copy (from {former} union all by name from {since}) to {file} (format parquet)")
        for path in set(self._folder.glob(f"history-{self._table.name}-*.parquet")) - stays:
            path.unlink(missing_ok=True)

    def _path(self, said: list[Snapshot]) -> Path:
        lines = [(s.day, s.delivery.id, s.delivery.contract_digest, s.delivery.correction) for s in said]
        digest = hashlib.sha256(repr((EDITION, self._table.digest, lines)).encode()).hexdigest()[:32]
        return self._folder / f"history-{self._table.name}-{digest}.parquet"
