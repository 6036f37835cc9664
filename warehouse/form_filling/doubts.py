"""Finds the cells of a form that are in doubt: an open finding about that home or person concerns the cell's attributes.

A form by grid has counts over thousands of rows, some of which always have a finding: there findings are only counted.
Not here: sources that disagree (provenance.py), the attributes a rule puts in doubt (cross_check/model.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from warehouse.cross_check.library import library
from warehouse.cross_check.live_status import UNDECIDED_STATUSES
from warehouse.form_filling.expression import Column
from warehouse.form_filling.model import Cell
from warehouse.form_filling.query import FormQuery
from warehouse.form_filling.scoped_sql import GRID
from warehouse.releases.reader import Row

IS_UNDECIDED: Final = f"finding.status in {UNDECIDED_STATUSES}"
FACTS: Final = ("finding_id", "rule", "title", "person_id", "household_id", "dwelling_id")


def rule_doubts() -> dict[str, frozenset[Column]]:
    """The attributes that a rule's findings put in doubt, by rule; a rule that cannot be read has no findings."""
    return {
        name: frozenset((e, a) for e, _, a in (attribute.partition(".") for attribute in rule.doubts))
        for name, rule in library().rules.items()
    }


class Doubts:
    """The findings about the rows of one form, read once."""

    def __init__(self, question: FormQuery, doubts: Mapping[str, Collection[Column]]) -> None:
        self._form = question.form
        of_form = frozenset().union(*(cell.attributes for cell in self._form.cells))
        self._doubts = {rule: {*attributes} & of_form for rule, attributes in doubts.items()}
        rules = ", ".join(f"'{rule}'" for rule, attributes in sorted(self._doubts.items()) if attributes)
        self._by: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._counts: Counter[tuple[str, str]] = Counter()
        if rules and self._form.rows == GRID:
            self._count(question, rules)
        elif rules:
            self._read(question, rules)

    def reason(self, cell: Cell, row: Row) -> str:
        """The findings that leave the cell open, by title and id, in Chinese; "" if there are none."""
        about: dict[str, Row] = {}
        for entity, attribute in sorted(cell.attributes):
            for finding in self._about(entity, cell, row):
                if (entity, attribute) in self._doubts[finding["rule"]]:
                    about[finding["finding_id"]] = finding
        return "；".join(f"疑点：{finding['title']}（{key}）" for key, finding in sorted(about.items()))

    def count_note(self, cell: Cell, row: Row) -> str:
        """The number of findings that concern a count in a form by grid, in Chinese; "" if there are none."""
        rules = [rule for rule, attributes in self._doubts.items() if attributes & cell.attributes]
        count = sum(self._counts[rule, row["_key"]] for rule in rules)
        return f"待核疑点 {count} 条" if count else ""

    def _about(self, entity: str, cell: Cell, row: Row) -> list[Row]:
        """The findings about the person, household or home that a row's value of `entity` belongs to."""
        home = self._of("dwelling", row)
        if entity == "dwelling" or self._form.rows == "dwelling":
            return home
        shared = [*self._of("household", row), *(finding for finding in home if not finding["household_id"])]
        if entity != "person" or cell.is_aggregate:
            return shared
        return [*self._of("person", row), *(finding for finding in shared if not finding["person_id"])]

    def _of(self, what: str, row: Row) -> list[Row]:
        key = row.get(f"_{what}")
        return self._by.get((what, key), []) if key else []

    def _read(self, question: FormQuery, rules: str) -> None:
        row = self._form.row
        keys = {"person": row.person, "household": row.household, "dwelling": row.dwelling}
        sides = [f"finding.{what}_id in ({question.keys(column)})" for what, column in keys.items() if column]
        facts = ", ".join(f"finding.{name}" for name in FACTS)
        sql = (
            f"select {facts} from finding where {IS_UNDECIDED} and finding.rule in ({rules}) and ({' or '.join(sides)})"
        )
        for finding in question.ask(sql, {"finding"}):
            for what in keys:
                if finding[f"{what}_id"]:
                    self._by[what, finding[f"{what}_id"]].append(finding)

    def _count(self, question: FormQuery, rules: str) -> None:
        sql = (
            "select finding.rule, finding.grid_code, count(*) as found from finding "
            f"where {IS_UNDECIDED} and finding.rule in ({rules}) and finding.grid_code in ({question.keys('grid_code')}) "
            "group by finding.rule, finding.grid_code"
        )
        for row in question.ask(sql, {"finding"}):
            self._counts[row["rule"], row["grid_code"]] = row["found"]
