"""Ids of persons from night to night: an id survives evidence that is added, and what merged or split leaves a trail.

A person's natural id follows from her number, or else from her first row. Where the release that is served knew the rows
under another id, that id is kept if its person is nobody else tonight. What was kept, merged or split is written into the
casebook when the night publishes, so that a rebuild from nothing gives the same ids.
Not here: which rows are one person (`warehouse/models/row_person.sql`, `seed_link.sql`, `row_link.sql`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from warehouse.casebook import open_casebook
from warehouse.layout import CITY
from warehouse.person_trail import Change, trail
from warehouse.release import current_id
from warehouse.settings import Settings


class Moved(NamedTuple):
    """Rows that the served release knew under `earlier` and that are another person tonight."""

    natural: str  # the natural id of that person
    default: str  # her id by the trail so far
    earlier: str
    rows: int
    default_is_known: bool  # the served release has a person of that id
    earlier_lives: bool  # `earlier` is the id of somebody else tonight


def make_natural_cluster(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Each natural id with that of the person it is part of, by evidence and by human decisions."""
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
        select p.natural_id, coalesce(u.root, m.natural_id, p.natural_id) as cluster_id
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


def make_person_change(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """The trail that the casebook has, then what changes tonight (`changed_on` null); `nth` is its order."""
    book = open_casebook(settings)
    try:
        changes = trail(book)
    finally:
        book.close()
    connection.execute(
        "create temp table person_change (nth integer, change varchar, old_id varchar, new_id varchar, changed_on date)"
    )
    _add(connection, changes, 0)
    _add(connection, decide(_moved(connection, settings)), len(changes))


def decide(moved: Iterable[Moved]) -> list[Change]:
    """What becomes of ids whose rows moved. Deterministic: of several earlier ids that of most rows is kept."""
    by_person: dict[tuple[str, str], list[Moved]] = defaultdict(list)
    for move in moved:
        by_person[move.natural, move.default].append(move)
    changes, taken = [], set[str]()
    for (natural, default), moves in sorted(by_person.items()):
        moves.sort(key=lambda m: (-m.rows, m.earlier))
        free = [m.earlier for m in moves if not m.earlier_lives and m.earlier not in taken]
        kept = default
        if not moves[0].default_is_known:
            if free:
                kept = free.pop(0)
                changes.append(Change("kept", natural, kept))
            else:
                changes.append(Change("split", moves[0].earlier, default))
        taken |= {kept, *free}
        changes += [Change("merged", earlier, kept) for earlier in free]
    return changes


def _moved(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Moved]:
    served = current_id(settings)
    path = settings.releases / str(served) / CITY
    if served is None or not path.exists():
        return []
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as served (read_only)")
    try:
        return [Moved(*row) for row in connection.execute(MOVED).fetchall()]
    finally:
        connection.execute("detach served")


MOVED = """
    with kept as (
        select old_id, arg_max(new_id, nth) as new_id from person_change where change = 'kept' group by old_id
    ), today as (
        select c.natural_id, c.cluster_id, coalesce(k.new_id, c.cluster_id) as person_id
        from natural_cluster c left join kept k on k.old_id = c.cluster_id
    ), moved as (
        select d.cluster_id, d.person_id, l.person_id as earlier, count(*) as row_count
        from row_person p
        join today d on d.natural_id = p.natural_id
        join served.person_link l on l.source = p.source and l.record_key = p.record_key
        where l.person_id <> d.person_id
        group by d.cluster_id, d.person_id, l.person_id
    )
    select m.cluster_id, m.person_id, m.earlier, m.row_count,
           exists (select 1 from served.person s where s.person_id = m.person_id),
           exists (select 1 from today d where d.person_id = m.earlier)
    from moved m"""


def _add(connection: duckdb.DuckDBPyConnection, changes: list[Change], after: int) -> None:
    rows = [[after + n, *change] for n, change in enumerate(changes)]
    if rows:
        connection.executemany("insert into person_change values (?, ?, ?, ?, ?)", rows)
