"""The only way to read a release: everything an endpoint may read, through one user's gate.

Only this module may pass SQL to a release (tests/api/test_gate_lint.py). The gate writes that SQL. It is also where the
audit log learns whom an answer shows: rows that are read count as shown, but for those read through `matching`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from api.paging import PagePosition
from contracts.code_lists import CodeList
from contracts.model import Column
from warehouse.access.filters import Condition, Filter
from warehouse.access.grant import Grant
from warehouse.access.policy import Gate, NotFound, Treatments
from warehouse.audit_log.disclosure import SUBJECTS, Disclosure, is_about_residents, subject_columns
from warehouse.form_filling.scoped_sql import GRID, scope_sql
from warehouse.prepared.layout import FINDING, TABLES
from warehouse.prepared.reader import HomeLayout
from warehouse.prepared.scope import HomeScope, ScopedHome, UnclearScope, as_id
from warehouse.releases.reader import OpenRelease, Row


class Slice(NamedTuple):
    """One page of rows, and the cursor of the next or None."""

    items: list[Row]
    next_cursor: str | None


class View:
    """One user's view of one release, for one request. `shown` collects the residents that it shows, for the audit log."""

    def __init__(
        self, gate: Gate, release: OpenRelease, code_lists: Mapping[str, CodeList], shown: Disclosure | None = None
    ) -> None:
        self.release_id = release.release_id
        self._gate, self._release, self._code_lists = gate, release, code_lists
        self.shown = Disclosure() if shown is None else shown

    def matching(self) -> View:
        """The same view for looking up what to show: its rows are not recorded as shown, and no answer may show them.

        Only the modules that tests/api/test_gate_lint.py lists may use it.
        """
        return View(self._gate, self._release, self._code_lists)

    def disclose(self, table: str, rows: Sequence[Row], columns: Sequence[str] | None = None) -> None:
        """Record rows as shown that were not read from this view, or read through `matching`."""
        grant = self._gate.grant(table)
        groups = grant.groups if columns is None else grant.groups_of(columns)
        if is_about_residents(grant) and (columns is None or _is_personal(groups)):
            self.shown.add_rows(grant.table.relation, rows, groups)

    def rows(
        self,
        table: str,
        *where: Filter,
        columns: Sequence[str] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
        number: str | None = None,
    ) -> list[Row]:
        """Rows in the user's scope with columns masked for her role. NotFound for a table she may not see."""
        with_subjects, extra = self._with_subjects(table, columns)
        query = self._gate.select(table, columns=with_subjects, where=where, order=order, limit=limit, number=number)
        return self._disclosed(table, self._release.query(*query), columns, extra)

    def unmasked(self, table: str, *where: Filter, columns: Sequence[str] | None = None) -> list[Row]:
        """Rows in the user's scope with `columns` unmasked, for the casebook to compare and to store. No answer may show them.

        Only the modules that tests/api/test_gate_lint.py lists may use it.
        """
        return self._release.query(*self._gate.select(table, columns=columns, where=where, unmasked=True))

    def counts(self, table: str, by: Sequence[str], *where: Condition) -> list[Row]:
        """Number of `rows` in the user's scope for each combination of the columns `by`, which she must see in full."""
        return self._release.query(*self._gate.count(table, by, where))

    def one(self, table: str, *where: Filter) -> Row:
        """The row of a key. NotFound if there is none or it is out of scope."""
        found = self.rows(table, *where)
        if not found:
            raise NotFound(f"there is no such {table} in your areas", remedy="search for it again")
        return found[0]

    def page(
        self,
        table: str,
        where: Sequence[Filter],
        limit: int,
        cursor: str | None,
        *,
        columns: Sequence[str] | None = None,
        order: Sequence[str] = (),
        question: object = None,
    ) -> Slice:
        """One page of rows. A cursor is valid for the same question to the same release; `question` identifies it if `where`
        also holds conditions that may change between two pages."""
        identity = tuple(where) if question is None else question
        position = PagePosition.of(cursor, self.release_id, (table, identity, tuple(columns or ()), tuple(order)))
        offset, from_row = (position.at, None) if order else (0, position.at)
        with_subjects, extra = self._with_subjects(table, columns)
        query = self._gate.select(
            table, columns=with_subjects, where=where, order=order, limit=limit + 1, offset=offset, from_row=from_row
        )
        items, next_cursor = position.cut(self._release.query(*query), limit)
        return Slice(self._disclosed(table, items, columns, extra), next_cursor)

    def ask(self, sql: str, tables: Collection[str], seconds: float) -> list[Row]:
        """The rows of a form's SQL over its tables within the user's rights. QueryTimeout, QueryFailed, UnsafeSql."""
        rows = self._release.query(*scope_sql(self._gate, sql, tables), seconds)
        for name in {*tables} - {GRID}:
            self.disclose(name, rows)
        return rows

    def _with_subjects(self, table: str, columns: Sequence[str] | None) -> tuple[Sequence[str] | None, list[str]]:
        """The columns to read so that the audit log learns whom the rows are about, and those added for it alone."""
        if columns is None:
            return None, []
        grant = self._gate.grant(table)
        if not _is_personal(grant.groups_of(columns)):
            return columns, []
        extra = [name for name in subject_columns(grant) if name not in columns]
        return [*columns, *extra], extra

    def _disclosed(self, table: str, rows: list[Row], columns: Sequence[str] | None, extra: Sequence[str]) -> list[Row]:
        """The rows as they were asked for, recorded as shown."""
        self.disclose(table, rows, columns)
        for row in rows if extra else ():
            for name in extra:
                del row[name]
        return rows

    def prepared_household(self, household_id: str) -> ScopedHome | None:
        """The prepared rows of a household's file in the user's scope; None if they must be read one by one."""
        return self._prepared(household_id, "household")

    def prepared_dwelling(self, dwelling_id: str) -> ScopedHome | None:
        """The prepared rows of a dwelling's file in the user's scope; None if they must be read one by one."""
        return self._prepared(dwelling_id, "dwelling")

    @property
    def home_layout(self) -> HomeLayout | None:
        """The layout of the release's prepared homes; None if it has none."""
        return self._release.homes.layout if self._release.homes else None

    def _prepared(self, id_: str, kind: Literal["household", "dwelling"]) -> ScopedHome | None:
        homes = self._release.homes
        home = homes.find(id_) if homes else None
        if homes is None or home is None:
            return None
        scope = HomeScope(self._gate, homes.layout.fields)
        try:
            scoped = scope.household(home, id_) if kind == "household" else scope.dwelling(home, id_)
        except UnclearScope:
            return None
        if scoped:
            self._disclose_home(scoped, homes.layout.fields)
        return scoped

    def _disclose_home(self, home: ScopedHome, fields: Mapping[str, Sequence[str]]) -> None:
        """Record the rows of a prepared home as shown."""
        for table in TABLES:
            subjects = [(name, at) for at, name in enumerate(fields[table]) if name in SUBJECTS]
            self.disclose(table, [{name: as_id(row[at]) for name, at in subjects} for row in home.rows(table)])
        self.disclose(FINDING, home.findings)
        if home.claims:
            self.shown.add(tables={"claim": len(home.claims)}, groups=self._gate.grant("claim").groups)

    def covers(self, code: str | None) -> bool:
        """True if a grid or area lies in the user's areas; None, for no place, if the whole city is hers."""
        return self._gate.covers(code)

    @property
    def is_citywide(self) -> bool:
        """True if the whole city is in the user's areas."""
        return self._gate.is_citywide

    def grant(self, table: str) -> Grant:
        """The rows and columns of a table that the user may see. NotFound if none."""
        return self._gate.grant(table)

    @property
    def treatments(self) -> Treatments:
        """The treatment of every column: users of whom it is the same see the same columns, though of other rows."""
        return self._gate.treatments

    def grants(self) -> list[Grant]:
        """The grants of all tables the user may see."""
        return self._gate.grants()

    def codes(self, column: Column) -> CodeList | None:
        """The code list of a column, or None."""
        return self._code_lists.get(column.codes or "")

    def labels(self, code_list: str) -> Mapping[str, str]:
        """The labels of a code list by code; empty if there is no such list."""
        codes = self._code_lists.get(code_list)
        return codes.labels if codes else {}

    def label(self, code_list: str, code: str) -> str | None:
        """The label of a code, or None."""
        return self.labels(code_list).get(code)

    def with_labels(self, table: str, rows: Iterable[Row]) -> list[Row]:
        """The rows with `<column>_label`, as a screen shows it, for every coded column."""
        coded = self.code_labels(table)
        return [row | _labels(row, coded) for row in rows]

    def code_labels(self, table: str) -> dict[str, Mapping[str, str]]:
        """The labels by code of every coded column of a table."""
        columns = self._gate.grant(table).columns.items()
        return {name: codes.labels for name, column in columns if (codes := self.codes(column))}


def _is_personal(groups: Collection[str]) -> bool:
    """True if one of the columns says something of a person; ids alone say nothing."""
    return any(group.startswith(("personal", "sensitive")) for group in groups)


def _labels(row: Row, coded: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {f"{name}_label": labels.get(row[name]) for name, labels in coded.items() if name in row}
