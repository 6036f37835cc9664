"""The history of registers: former states of their records, folded from all accepted deliveries of a snapshot source.

`<table>_history`: former states, with the contract's columns, the last file and row that had them, `known_from`, `known_to`
and `began`. `<table>_current_since`: for rows in force whose state is younger than the first file: key, `known_from`,
`began`. `first_stated`: by source the day of its first file, from which all other rows are known.
`began` is `first` (in the first file), `said` (in a later one) or `corrected` (by a correction). Days are those of the data,
so the same deliveries give the same history, whenever they arrive; of several files of one day the last one counts.
Not here: the facts in the states (models/), the rows in force now (`sources.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from contracts.model import Table
from contracts.quoting import quote_text
from warehouse.build.sources import by_precedence, rows_of
from warehouse.checksums import FolderSums
from warehouse.files import atomic_file, private_folder
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

EDITION = 1  # of the folding: raise it when cached histories must not be used any more
HISTORY, SINCE, FIRST = "_history", "_current_since", "first_stated"
NO_STATEMENT = ("updated_on",)  # the day of an office's last change states nothing of a person or a home


class Snapshot(NamedTuple):
    """A delivery on one of the days it was delivered for: the same bytes may come again."""

    day: date
    delivery: Delivery


def tables_with_history(read: Iterable[str], sources: Iterable[Table]) -> list[Table]:
    """The sources whose history is needed: registers with keys, of which a relation in `read` is a history."""
    relations = set(read)
    return [t for t in sources if t.load == "snapshot" and t.key and {t.name + HISTORY, t.name + SINCE} & relations]


def fold_snapshots(connection: duckdb.DuckDBPyConnection, settings: Settings, lake: Lake, table: Table) -> None:
    """Make `<table>_history` and `<table>_current_since`, and add to `first_stated`; continues from the cached history."""
    snapshots, cache = _snapshots(lake, table), _HistoryCache(settings, table)
    connection.execute(f"create temp table if not exists {FIRST} (source varchar, day date)")
    _create(connection, table)
    if not snapshots:
        return
    connection.execute(f"insert into {FIRST} values (?, ?)", [table.name, snapshots[0].day])
    folded = cache.load(connection, snapshots)
    for n in range(folded, len(snapshots)):
        _fold(connection, lake, table, snapshots[:n], snapshots[n])
    if folded < len(snapshots):
        cache.store(connection, snapshots, folded)


def _snapshots(lake: Lake, table: Table) -> list[Snapshot]:
    """Every accepted delivery with its day, oldest first, without corrections before the first whole file."""
    accepted = (d for d in lake.deliveries(table.name) if d.status == "accepted")
    snapshots = sorted(
        (Snapshot(day, d) for d in accepted for day in (d.delivered_on, *d.also_on)),
        key=lambda s: (s.day, s.delivery.received_at, s.delivery.id),
    )
    whole = [i for i, s in enumerate(snapshots) if not s.delivery.correction]
    return snapshots[whole[0] :] if whole else []


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make both relations, empty."""
    types = {c.name: c.sql_type for c in table.lake_columns}
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    keys = ", ".join(f"{name} {types[name]}" for name in table.key)
    connection.execute(
        f"create or replace temp table {table.name}{HISTORY} ({columns}, known_from date, known_to date, began varchar)"
    )
    connection.execute(f"create or replace temp table {table.name}{SINCE} ({keys}, known_from date, began varchar)")


def _fold(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, before: list[Snapshot], added: Snapshot
) -> None:
    """Fold one more file: rows that it changes or lacks become former states, rows that it adds are known from its day."""
    if not before:
        return
    former, since = f"{table.name}{HISTORY}", f"{table.name}{SINCE}"
    old, new = _in_force(before), _in_force([*before, added])
    for name, deliveries in (("before", old), ("after", new)):
        paths = [str(lake.rows_path(d)) for d in by_precedence(deliveries, table)]
        connection.execute(f"create or replace temp view rows_{name} as {rows_of(paths, table)}")
    keys = ", ".join(table.key)
    same_key = " and ".join(f"w.{k} = i.{k}" for k in table.key)
    differs = " or ".join(f"w.{c} is distinct from i.{c}" for c in _statements(connection, lake, table, old, new))
    began = "corrected" if added.delivery.correction else "said"
    # a state of the same day was never known at a day's end: it is dropped, and the next one begins as it did
    connection.execute(
        f"""
        create or replace temp table changed as
        select {", ".join(f"coalesce(w.{k}, i.{k}) as {k}" for k in table.key)},
               w.{table.key[0]} is not null as was_there, i.{table.key[0]} is not null as is_there
        from rows_before w full join rows_after i on {same_key}
        where w.{table.key[0]} is null or i.{table.key[0]} is null or {differs}"""
    )
    connection.execute(
        f"""
        create or replace temp table closed as
        select c.{", c.".join(table.key)}, c.was_there, c.is_there,
               coalesce(s.known_from, ?) as known_from, coalesce(s.began, 'first') as began
        from changed c left join {since} s using ({keys})""",
        [before[0].day],
    )
    columns = ", ".join(f"w.{c.name}" for c in table.lake_columns)
    connection.execute(
        f"""insert into {former} select {columns}, c.known_from, ?, c.began
        from rows_before w join closed c using ({keys}) where c.was_there and c.known_from < ?""",
        [added.day, added.day],
    )
    connection.execute(
        f"delete from {since} s using changed c where {same_key.replace('w.', 's.').replace('i.', 'c.')}"
    )
    connection.execute(
        f"""insert into {since} select {keys}, ?, case when was_there and known_from = ? then began else ? end
        from closed where is_there""",
        [added.day, added.day, began],
    )


def _in_force(snapshots: list[Snapshot]) -> list[Delivery]:
    """The deliveries in force after these files: the last whole one and its corrections."""
    whole = max(i for i, s in enumerate(snapshots) if not s.delivery.correction)
    return [s.delivery for s in snapshots[whole:]]


def _statements(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, old: list[Delivery], new: list[Delivery]
) -> list[str]:
    """The columns that make a state; a column that the contract gained between two files does not change every row."""

    def stored(deliveries: list[Delivery]) -> set[str]:
        names = [
            connection.execute("select name from parquet_schema(?)", [str(lake.rows_path(d))]).fetchall()
            for d in deliveries
        ]
        return {str(name) for found in names for (name,) in found}

    own = {s.name for c in table.columns if c.name not in (*table.key, *NO_STATEMENT) for s in c.stored_columns()}
    return sorted(own & stored(old) & stored(new)) or list(table.key)


class _HistoryCache:
    """Folded histories: `cache/history-<table>-<digest of the folded deliveries>.parquet`."""

    def __init__(self, settings: Settings, table: Table) -> None:
        self._folder, self._table = settings.cache, table

    def load(self, connection: duckdb.DuckDBPyConnection, snapshots: list[Snapshot]) -> int:
        """Load the longest cached history; returns the number of deliveries folded in it."""
        for n in range(len(snapshots), 1, -1):
            path = self._path(snapshots[:n])
            if FolderSums(self._folder).holds(path.name):
                self._insert(connection, path)
                return n
        return 0

    def _insert(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        former, since = f"{self._table.name}{HISTORY}", f"{self._table.name}{SINCE}"
        file = quote_text(path)
        connection.execute(f"insert into {former} by name from read_parquet({file}) where known_to is not null")
        keys = ", ".join(self._table.key)
        connection.execute(
            f"insert into {since} select {keys}, known_from, began from read_parquet({file}) where known_to is null"
        )

    def store(self, connection: duckdb.DuckDBPyConnection, snapshots: list[Snapshot], folded: int) -> None:
        """Cache this history, and keep the one it continues, which is still valid after a late or withdrawn file."""
        if len(snapshots) < 2:
            return
        former, since = f"{self._table.name}{HISTORY}", f"{self._table.name}{SINCE}"
        private_folder(self._folder)
        valid = {self._path(snapshots), *([self._path(snapshots[:folded])] if folded else [])}
        with atomic_file(self._path(snapshots)) as temporary:
            file = quote_text(temporary)
            connection.execute(f"copy (from {former} union all by name from {since}) to {file} (format parquet)")
        sums = FolderSums(self._folder)
        sums.write([self._path(snapshots)])
        for path in set(self._folder.glob(f"history-{self._table.name}-*.parquet")) - valid:
            path.unlink(missing_ok=True)
            sums.forget(path.name)

    def _path(self, snapshots: list[Snapshot]) -> Path:
        lines = [(s.day, s.delivery.id, s.delivery.contract_digest, s.delivery.correction) for s in snapshots]
        digest = hashlib.sha256(repr((EDITION, self._table.digest, lines)).encode()).hexdigest()[:32]
        return self._folder / f"history-{self._table.name}-{digest}.parquet"
