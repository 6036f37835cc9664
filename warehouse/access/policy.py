"""The policy: row scope × column treatment, compiled once for a user. No rule = no access.

Belongs here: row scopes and the one place that turns a read into SQL (`Gate.select`, `Gate.count`).
Does not: one table's columns (grant.py), roles and masks as declared (masking.py), running the SQL (releases/reader.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

from contracts.errors import AccessError
from contracts.model import PLACE_CODES, Catalog, Table
from contracts.quoting import quote_identifier
from warehouse.access.areas import LEVEL_DIGITS, area_prefix, lies_in
from warehouse.access.filters import Condition, Filter, Parameters, render
from warehouse.access.grant import Grant
from warehouse.access.masking import ROLES, Role, strictest_access

ROW = "_row"
(GRID, AREA), GRID_DIGITS = PLACE_CODES, LEVEL_DIGITS["grid"]
NEXT_NIGHT = "it comes with the next night's release"

Treatments = frozenset[tuple[object, ...]]


class NotFound(AccessError):
    """It does not exist or is out of the user's scope; the two look alike on purpose."""


class Owner(NamedTuple):
    """The user for whom an agent acts."""

    username: str
    role: Role


@dataclass(frozen=True)
class User:
    """A user of the hub. Her scope is the places in any of `areas`, area or grid codes in force today. An office delivers
    `sources`; an agent has an `owner`, and never more than the owner has."""

    username: str
    role: Role
    areas: tuple[str, ...]
    sources: tuple[str, ...] = ()
    owner: Owner | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        """The role, and of an agent its owner's: what one of them may not see, is not seen."""
        return (self.role, self.owner.role) if self.owner else (self.role,)


class Query(NamedTuple):
    """SQL with parameters only, and the parameters' values."""

    sql: str
    params: dict[str, Any]


class Gate:
    """The gate of one user. `present` (relation → columns) narrows the contracts to the tables in a release.

    `city` are the prefixes of the whole city, by the release's area table (`widest_areas`): who has them all sees rows without
    any place; without them nobody does.
    """

    def __init__(
        self,
        catalog: Catalog,
        user: User,
        present: Mapping[str, Collection[str]] | None = None,
        city: Collection[str] = (),
    ) -> None:
        if not ROLES.keys() >= {*user.roles} or (user.role == "agent") != bool(user.owner):
            raise AccessError("the user has no role that this hub knows", remedy=f"give one of {', '.join(ROLES)}")
        self.user = user
        self._catalog, self._present = catalog, present
        self._areas = sorted({area_prefix(code) for code in user.areas})
        self.is_citywide = bool(city) and all(lies_in(code, self._areas) for code in city)
        self._grants: dict[str, Grant | None] = {}

    @property
    def areas(self) -> tuple[str, ...]:
        """The prefixes of the area codes in the user's scope."""
        return tuple(self._areas)

    @cached_property
    def treatments(self) -> Treatments:
        """The treatment of every column that the user may read, by table: what is made for it can be shared by users."""
        return frozenset((grant.table.qualified, *grant.treatments.items()) for grant in self.grants())

    def grants(self) -> list[Grant]:
        """The grants on every table the user may read, city tables first."""
        tables = [*self._catalog.city(), *self._catalog.sources()]
        return [grant for t in tables if (grant := self._grant(t))]

    def grant(self, name: str) -> Grant:
        """The user's grant on a table (bare or qualified name). NotFound if she may not read it."""
        table = self._catalog.find(name)
        grant = self._grant(table) if table else None
        if grant is None:
            if table and self._present is not None and table.relation not in self._present and self._may_see(table):
                raise NotFound(f"the served release was made before there was {table.name}", remedy=NEXT_NIGHT)
            raise NotFound("there is no such table", remedy="see /v1/catalog for the tables you can read")
        return grant

    def covers(self, code: str | None) -> bool:
        """True if a grid or area is in the user's areas; None, for no place, if the whole city is."""
        return self.is_citywide if code is None else lies_in(code, self._areas)

    def select(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        where: Sequence[Filter] = (),
        order: Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
        from_row: int | None = None,
        number: str | None = None,
        unmasked: bool = False,
    ) -> Query:
        """The query for rows in scope with columns as treated, the only way to rows of a release.

        `order` items may start with `-`. With a limit, rows are ordered, finally by their place in the file, so that pages
        of one release never overlap. `from_row` starts at such a place and returns it as `_row`: a deep page then costs no
        more than the first. `number` names a column whose distinct values are numbered in `_number`, see `Grant.number`.
        `unmasked` reads `columns` without masks, for values the hub compares or stores, never for answers.
        """
        grant = self.grant(table)
        names = columns or [name for name, treatment in grant.treatments.items() if treatment != "hidden"]
        params = Parameters(grant.params)
        keys = [item for item in where if _is_key(item, grant)]
        parts = [grant.scope, *(render(item, grant, params, self.grant) for item in where if item not in keys[:1])]
        order_by = [_direction(grant, item) for item in order]
        items = [grant.unmasked(name) if unmasked else grant.read(name) for name in names]
        if number is not None:
            items.append(grant.number(number))
        if from_row is not None:
            items.append(f"t.rowid as {ROW}")
            parts.append(f"t.rowid >= {params.add(from_row)}")
        condition = " and ".join(parts)
        if keys:
            # DuckDB leaves the index and scans the table as soon as another column has a filter of its own:
            # everything else is one expression over the indexed column, too
            key = f"t.{quote_identifier(keys[0].column)}"
            found = render(keys[0], grant, params, self.grant)
            condition = f"{found} and case when {key} is null then false else {condition} end"
        sql = f"select {', '.join(items)} from {grant.relation} as t where {condition}"
        if limit is not None:
            sql += f" order by {', '.join([*order_by, 't.rowid'])} limit {int(limit)} offset {int(offset)}"
        elif order_by:
            sql += f" order by {', '.join(order_by)}"
        return Query(sql, params.values)

    def count(self, table: str, by: Sequence[str], where: Sequence[Condition] = ()) -> Query:
        """The query for the number of rows in scope (`rows`) by columns that the user sees in full."""
        grant = self.grant(table)
        params = Parameters(grant.params)
        names = ", ".join(grant.sortable(name) for name in by)
        condition = " and ".join([grant.scope, *(render(item, grant, params, self.grant) for item in where)])
        sql = f"select {names}, count(*) as rows from {grant.relation} as t where {condition} group by {names}"
        return Query(f"{sql} order by {names}", params.values)

    def _grant(self, table: Table) -> Grant | None:
        if table.qualified not in self._grants:
            self._grants[table.qualified] = self._compile(table)
        return self._grants[table.qualified]

    def _compile(self, table: Table) -> Grant | None:
        present = None if self._present is None else self._present.get(table.relation, ())
        columns = {c.name: c for c in table.released_columns if present is None or c.name in present}
        if not columns or not self._may_see(table):
            return None
        if table.row_scope and table.row_scope != "public" and not columns.keys() & set(table.row_scope):
            return None
        scope, params = self._scope(table, columns)
        treatments = {name: strictest_access(self.user.roles, column) for name, column in columns.items()}
        return Grant(table, columns, treatments, scope, params) if {*treatments.values()} != {"hidden"} else None

    def _may_see(self, table: Table) -> bool:
        personal = any(c.is_personal for c in table.released_columns)
        if "admin" in self.user.roles and (personal or table.row_scope not in ("public", ())):
            return False
        if "office" in self.user.roles:
            return table.row_scope == "public" and not personal
        if table.row_scope == "public":
            return True
        if not table.row_scope:
            return not personal or self.is_citywide
        return bool(self._areas)

    def _scope(self, table: Table, present: Collection[str]) -> tuple[str, dict[str, str]]:
        """The condition of the rows in scope: a scope column starts with one of the areas; all null for the whole city only.

        A scope column that an older release lacks puts no row in scope: it can only narrow the answer.
        """
        if not table.row_scope or table.row_scope == "public":
            return "true", {}
        params = {f"area{i}": area for i, area in enumerate(self._areas)}
        # ':' is the character after '9'. A range, unlike a prefix test, lets DuckDB skip whole row groups.
        params |= {f"area{i}_end": f"{area}:" for i, area in enumerate(self._areas)}
        columns = {name: f"t.{quote_identifier(name)}" for name in table.row_scope if name in present}
        sides = [
            f"({c} >= $area{i} and {c} < $area{i}_end)"
            for name, c in columns.items()
            for i, area in enumerate(self._areas)
            # an area code is shorter than a grid's, and with one column DuckDB skips the rest of the city
            if name != AREA or GRID not in columns or len(area) < GRID_DIGITS
        ]
        if self.is_citywide:
            sides.append(f"({' and '.join(f'{c} is null' for c in columns.values())})")
        return f"({' or '.join(sides)})", params


def _is_key(item: Filter, grant: Grant) -> TypeGuard[Condition]:
    column = grant.columns.get(item.column) if isinstance(item, Condition) and item.op in ("eq", "in") else None
    return column is not None and column.index


def _direction(grant: Grant, item: str) -> str:
    name = item.removeprefix("-")
    return f"{grant.sortable(name)} {'desc' if item.startswith('-') else 'asc'} nulls last"
