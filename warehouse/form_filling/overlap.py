"""Refuses a form that asks again for the content of another form (报表减负), naming that form.

Two cells are equal when both forms have the same kind of row and either their SQL is the same in one canonical form
(sqlglot: aliases, letter case, layout and the order of `and`, `or`, `=`, `+` do not count), or, at a second look, both
aggregate the same columns with the same aggregates and the same constants. Which rows a form chooses does not count.
A form repeats another when the equal cells are at least 70 % of the cells of the smaller of the two.
Not here: what is wrong with a form by itself (lint.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.simplify import simplify

from warehouse.form_filling.model import Cell, Form

LARGEST_SHARE: Final = 0.7
SYMMETRIC: Final = (exp.And, exp.Or, exp.EQ, exp.NEQ, exp.Add, exp.Mul)


class Overlap(NamedTuple):
    """The overlap with the form `name`: labels of the equal cells, and their share of the smaller form's cells."""

    name: str
    labels: tuple[str, ...]
    share: float


def overlaps(form: Form, others: Iterable[Form]) -> list[Overlap]:
    """The overlaps of a form with others, the largest share first; forms without equal cells are left out."""
    found = [_repeat(form, other) for other in others if other.name != form.name and other.rows == form.rows]
    return sorted((r for r in found if r.labels), key=lambda r: (-r.share, r.name))


def refusal(form: Form, others: Iterable[Form]) -> str | None:
    """The problem that a form repeats another, `file:line: problem -> remedy`; None if it does not."""
    nearest = next(iter(overlaps(form, others)), None)
    if nearest is None or nearest.share < LARGEST_SHARE:
        return None
    return (
        f"{form.path}:1: it repeats {nearest.share:.0%} of the form {nearest.name} ({'、'.join(nearest.labels)}) -> "
        f"fill {nearest.name} instead, or ask only for what it has not got"
    )


def _repeat(form: Form, other: Form) -> Overlap:
    canonical = {_canonical(cell.sql, other.rows) for cell in other.cells}
    taken = {_taken(cell) for cell in other.cells}
    equal = [c for c in form.cells if _canonical(c.sql, form.rows) in canonical or _taken(c) in taken]
    # two cells of one form may be equal to one of the other: no share is more than all
    share = min(1.0, len(equal) / min(len(form.cells), len(other.cells)))
    return Overlap(other.name, tuple(cell.label for cell in equal), share)


def _taken(cell: Cell) -> Any:
    """The key of the second comparison; unique for a cell without aggregates, so that it equals no other."""
    reads = cell.reads
    return (reads.columns, reads.aggregates, reads.literals) if reads.aggregates else id(cell)


@lru_cache(maxsize=4000)
def _canonical(sql: str, row: str) -> str:
    """The canonical form of SQL, the same text for equal expressions; SQL that sqlglot cannot read is left as it is."""
    try:
        return _simplified(sql, row)
    except (SqlglotError, RecursionError):
        return " ".join(sql.split())


def _simplified(sql: str, row: str) -> str:
    tree = normalize_identifiers(sqlglot.parse_one(f"select ({sql}\n) as cell from {row}", read="duckdb"))
    for select in list(tree.find_all(exp.Select)):
        _without_aliases(select)
    simplified = simplify(tree)
    for node in reversed(list(simplified.find_all(*SYMMETRIC))):
        left, right = node.left, node.right
        if left.sql("duckdb") > right.sql("duckdb"):
            node.set("this", right)
            node.set("expression", left)
    return str(simplified.sql("duckdb", comments=False, normalize_functions="lower"))


def _without_aliases(select: exp.Select) -> None:
    """Replace aliases by the tables' own names, for tables that are read once in the sub-select."""
    tables = [t for t in select.find_all(exp.Table) if t.find_ancestor(exp.Select) is select]
    names = [t.name for t in tables]
    for table in tables:
        if table.alias and names.count(table.name) == 1:
            alias, own = table.alias, f"_{table.name}"
            for column in select.find_all(exp.Column):
                if column.table == alias:
                    column.set("table", exp.to_identifier(own))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(own)))
