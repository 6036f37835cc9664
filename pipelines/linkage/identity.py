"""Ids of persons from night to night: an id survives evidence that is added, and what merged or split leaves a trail.

A person's natural id follows from her number, or else from her first row. Where the release that is served knew the rows
under another id, that id is kept if its person is nobody else tonight. What was kept, merged or split is written into the
casebook when the night publishes, so that a rebuild from nothing gives the same ids.
Not here: which rows are one person (`warehouse/models/row_person.sql`, `seed_link.sql`, `row_link.sql`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from warehouse.casebook import open_casebook
from warehouse.layout import CITY
from warehouse.person_trail import Change, trail
from warehouse.release import current_id
from warehouse.settings import Settings


class Moved(NamedTuple):
    """Rows that the served release knew under `earlier` and that are the person `default` tonight."""

    default: str
    earlier: str
    rows: int
    default_is_known: bool  # the served release has a person of that id
    earlier_lives: bool  # `earlier` is the id of somebody else tonight


def make_identity(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """`person_identity` (natural_id → person_id) and `identity_change`, the trail so far with tonight's changes."""
    book = open_casebook(settings)
    try:
        so_far = trail(book)
    finally:
        book.close()
    _unite(connection)
    _put_changes(connection, "kept", [c for c in so_far if c.change == "kept"])
    connection.execute("""
        create temp table default_identity as
        select c.natural_id, coalesce(k.new_id, c.cluster) as person_id
        from natural_cluster c left join kept k on k.old_id = c.cluster""")
    tonight = decide(_moved(connection, settings))
    _put_changes(connection, "renamed", [c for c in tonight if c.change == "kept"])
    connection.execute("""
        create temp table person_identity as
        select d.natural_id, coalesce(r.new_id, d.person_id) as person_id
        from default_identity d left join renamed r on r.old_id = d.person_id""")
    _put_changes(connection, "identity_change", [*so_far, *tonight])
    for name in ("natural_cluster", "default_identity", "kept", "renamed"):
        connection.execute(f"drop table {name}")


def decide(moved: Iterable[Moved]) -> list[Change]:
    """What becomes of ids whose rows moved. Deterministic: of several earlier ids the one of most rows is kept."""
    changes = []
    by_default: dict[str, list[Moved]] = {}
    for move in moved:
        by_default.setdefault(move.default, []).append(move)
    given: set[str] = set()
    for default, moves in sorted(by_default.items()):
        moves.sort(key=lambda m: (-m.rows, m.earlier))
        free = [m.earlier for m in moves if not m.earlier_lives and m.earlier not in given]
        if moves[0].default_is_known:
            target = default
        elif free:
            target = free.pop(0)
            changes.append(Change("kept", default, target))
        else:
            target = default
            changes.append(Change("split", moves[0].earlier, default))
        given |= {target, *free}
        changes += [Change("merged", earlier, target) for earlier in free]
    return changes


def _unite(connection: duckdb.DuckDBPyConnection) -> None:
    """`natural_cluster`: each natural id with that of the person it is part of, by evidence and by human decisions."""
    pairs = connection.execute("""
        select distinct coalesce(ml.natural_id, l.natural_id), coalesce(mr.natural_id, r.natural_id)
        from person_said s
        join row_person l on l.source = s.left_source and l.record_key = s.left_key
        join row_person r on r.source = s.right_source and r.record_key = s.right_key
        left join seed_link ml on ml.seed_id = l.natural_id
        left join seed_link mr on mr.seed_id = r.natural_id
        where s.decision = 'same'""").fetchall()
    connection.execute("create temp table united (natural_id varchar, root varchar)")
    if roots := united(pairs):
        connection.executemany("insert into united values (?, ?)", list(roots.items()))
    connection.execute("""
        create temp table natural_cluster as
        select p.natural_id, coalesce(u.root, m.natural_id, p.natural_id) as cluster
        from (select distinct natural_id from row_person) p
        left join seed_link m on m.seed_id = p.natural_id
        left join united u on u.natural_id = coalesce(m.natural_id, p.natural_id)""")
    connection.execute("drop table united")


def united(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id that a pair names → the smallest id it is connected with."""
    root: dict[str, str] = {}

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    for left, right in pairs:
        low, high = sorted((find(left), find(right)))
        root[high] = low
    return {one: find(one) for one in root}


def _moved(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Moved]:
    """Rows of registers that the served release knew under another id than their default one, by both ids."""
    served = current_id(settings)
    path = settings.releases / str(served) / CITY
    if served is None or not path.exists():
        return []
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as served (read_only)")
    try:
        found = connection.execute("""
            with moved as (
                select d.person_id, l.person_id as earlier, count(*) as row_count
                from row_person p
                join default_identity d on d.natural_id = p.natural_id
                join served.person_link l on l.source = p.source and l.record_key = p.record_key
                where l.person_id <> d.person_id
                group by d.person_id, l.person_id)
            select m.person_id, m.earlier, m.row_count,
                   exists (select 1 from served.person s where s.person_id = m.person_id),
                   exists (select 1 from default_identity d where d.person_id = m.earlier)
            from moved m""").fetchall()
    finally:
        connection.execute("detach served")
    return [Moved(*row) for row in found]


def _put_changes(connection: duckdb.DuckDBPyConnection, table: str, changes: list[Change]) -> None:
    connection.execute(f"create temp table {table} (change varchar, old_id varchar, new_id varchar, changed_on date)")
    if changes:
        connection.executemany(f"insert into {table} values (?, ?, ?, ?)", [list(c) for c in changes])
