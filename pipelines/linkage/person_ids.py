"""Keeps the ids of persons from night to night: an id survives new evidence, merges and splits are recorded.

A person's natural id follows from her ID number, or else from her first row. If the served release has the rows under another
id, that id is kept unless it is another person's tonight. Ids that are kept, merged or split are written into the casebook
when the night publishes, so that a rebuild from nothing gives the same ids.
Not here: linking rows to persons (`warehouse/models/row_person.sql`, `seed_link.sql`, `row_link.sql`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from warehouse.casebook.casebook import open_casebook
from warehouse.casebook.person_id_log import PersonIdChange, person_id_changes
from warehouse.releases.layout import CITY
from warehouse.releases.publish import current_id
from warehouse.settings import Settings


class PersonIdAssignment(NamedTuple):
    """Rows that the served release has under the id `earlier` and that belong to another id tonight."""

    natural: str  # the natural id of their person tonight
    default: str  # her id by the changes recorded so far
    earlier: str
    rows: int
    default_is_known: bool  # the served release has a person with that id
    earlier_lives: bool  # `earlier` is the id of another person tonight


def make_natural_cluster(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `natural_cluster`: each natural id with the natural id of its person, by evidence and people's decisions."""
    pairs = connection.execute("""
        select distinct nl.natural_id, nr.natural_id
        from person_decision s
        join row_person l on l.source = s.left_source and l.record_key = s.left_key
        join row_person r on r.source = s.right_source and r.record_key = s.right_key
        left join seed_link ml on ml.seed = l.person
        left join seed_link mr on mr.seed = r.person
        join natural_id nl on nl.person = coalesce(ml.person, l.person)
        join natural_id nr on nr.person = coalesce(mr.person, r.person)
        where s.decision = 'same'""").fetchall()
    connection.execute("create temp table united (natural_id varchar, root varchar)")
    if roots := merged_clusters(pairs):
        connection.executemany("insert into united values (?, ?)", list(roots.items()))
    connection.execute("""
        create temp table natural_cluster as
        with linked as (
            select m.seed, n.natural_id from seed_link m join natural_id n on n.person = m.person
        )
        select n.person, coalesce(u.root, l.natural_id, n.natural_id) as cluster_id
        from natural_id n
        left join linked l on l.seed = n.person
        left join united u on u.natural_id = coalesce(l.natural_id, n.natural_id)""")
    connection.execute("drop table united")


def merged_clusters(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The smallest connected id of each id in the pairs (connected components)."""
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
    """Create `person_change`: the casebook's changes of ids, then tonight's (`changed_on` null), in the order `nth`."""
    with open_casebook(settings) as casebook:
        changes = person_id_changes(casebook)
    connection.execute(
        "create temp table person_change (nth integer, change varchar, old_id varchar, new_id varchar, changed_on date)"
    )
    _add(connection, changes, 0)
    _add(connection, decide(_moved(connection, settings)), len(changes))


def decide(moved: Iterable[PersonIdAssignment]) -> list[PersonIdChange]:
    """The changes of ids whose rows moved; of several earlier ids the one with most rows is kept. Deterministic."""
    by_person: dict[tuple[str, str], list[PersonIdAssignment]] = defaultdict(list)
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
                changes.append(PersonIdChange("kept", natural, kept))
            else:
                changes.append(PersonIdChange("split", moves[0].earlier, default))
        taken |= {kept, *free}
        changes += [PersonIdChange("merged", earlier, kept) for earlier in free]
    return changes


def _moved(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[PersonIdAssignment]:
    served = current_id(settings)
    path = settings.releases / str(served) / CITY
    if served is None or not path.exists():
        return []
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as served (read_only)")
    try:
        return [PersonIdAssignment(*row) for row in connection.execute(MOVED_ROWS_SQL).fetchall()]
    finally:
        connection.execute("detach served")


# only rows of ids that are gone or new tonight change an id; a row that moves between two lasting ids does not
MOVED_ROWS_SQL = """
    with kept as (
        select old_id, arg_max(new_id, nth) as new_id from person_change where change = 'kept' group by old_id
    ), today as (
        select c.person, c.cluster_id, coalesce(k.new_id, c.cluster_id) as person_id
        from natural_cluster c left join kept k on k.old_id = c.cluster_id
    ), gone as (
        select person_id from served.person s
        where not exists (select 1 from today d where d.person_id = s.person_id)
    ), fresh as (
        select * from today d
        where not exists (select 1 from served.person s where s.person_id = d.person_id)
    ), moved as (
        select p.source, p.record_key, d.cluster_id, d.person_id, l.person_id as earlier
        from served.person_link l
        join gone g on g.person_id = l.person_id
        join row_person p on p.source = l.source and p.record_key = l.record_key
        join today d on d.person = p.person
        union
        select p.source, p.record_key, d.cluster_id, d.person_id, l.person_id
        from fresh d
        join row_person p on p.person = d.person
        join served.person_link l on l.source = p.source and l.record_key = p.record_key
    ), counted as (
        select cluster_id, person_id, earlier, count(*) as row_count
        from moved where earlier <> person_id
        group by cluster_id, person_id, earlier
    )
    select m.cluster_id, m.person_id, m.earlier, m.row_count,
           not exists (select 1 from fresh f where f.person_id = m.person_id),
           not exists (select 1 from gone g where g.person_id = m.earlier)
    from counted m"""


def _add(connection: duckdb.DuckDBPyConnection, changes: list[PersonIdChange], after: int) -> None:
    rows = [[after + n, *change] for n, change in enumerate(changes)]
    if rows:
        connection.executemany("insert into person_change values (?, ?, ?, ?, ?)", rows)
