"""A form (报表) that an office asks of grid workers: what it holds, and the shelf of those there are.

A form is a YAML in `warehouse/forms/`, or a deployment's own in `$HUB_HOME/forms/`. Not here: what is wrong with one
(lint.py), whether it asks again for what another has (overlap.py), filling it (fill.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from contracts.errors import HubError
from contracts.model import Catalog
from warehouse.access.policy import NotFound
from warehouse.form_filling.expression import Column, Expression

FORMS: Final = Path(__file__).parents[1] / "forms"


class FormError(HubError):
    """A form is wrong; `where` is `file:line`, and the sentence names the cell."""


class Rows(NamedTuple):
    """What one row of a form is: its table, the columns that say which, whose and where.

    `key` identifies the row; `person` is the one person that its values about people are of; `dated` when it was said.
    """

    label: str
    key: str
    person: str | None = None
    household: str | None = None
    dwelling: str | None = None
    dated: str | None = None


ROWS: Final[Mapping[str, Rows]] = {
    "grid": Rows("网格", "grid_code"),
    "household": Rows("户", "household_id", "head_person_id", "household_id", "dwelling_id"),
    "dwelling": Rows("房屋", "dwelling_id", dwelling="dwelling_id"),
    "person": Rows("人员", "person_id", "person_id", "household_id", "dwelling_id", "updated_on"),
}


@dataclass(frozen=True)
class Cell:
    """One column of a form. `taken_from`: the city columns that decide source and date; `attributes`: what `claim` and
    the rules' `doubts` call them, and what else would put the cell in doubt.
    """

    name: str
    label: str
    sql: str
    taken_from: tuple[Column, ...]
    attributes: frozenset[Column]
    reads: Expression
    line: int

    @property
    def is_aggregate(self) -> bool:
        return bool(self.reads.aggregates)


@dataclass(frozen=True)
class Form:
    """`office` asks on `legal_basis` for one row per `rows` that meets `where`, since the day `since`."""

    name: str
    title: str
    office: str
    legal_basis: str
    purpose: str
    since: date
    rows: str
    cells: tuple[Cell, ...]
    where: str
    chosen_by: Expression | None
    path: str

    @property
    def row(self) -> Rows:
        return ROWS[self.rows]

    @property
    def tables(self) -> frozenset[str]:
        """Every table that its SQL takes rows from."""
        parts = [cell.reads for cell in self.cells] + ([self.chosen_by] if self.chosen_by else [])
        return frozenset({self.rows}).union(*(part.tables for part in parts))


class BrokenForm(NamedTuple):
    """A form that cannot be filled, with every reason: `file:line: …`."""

    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class FormLibrary:
    """The forms that can be filled, and those that cannot."""

    forms: Mapping[str, Form]
    broken: Mapping[str, BrokenForm]

    def form(self, name: str) -> Form:
        """FormError for a broken one, NotFound where there is none."""
        if broken := self.broken.get(name):
            where, _, what = broken.problems[0].partition(": ")
            raise FormError(what, where=where, remedy="`hub form check` tells all that is wrong with it")
        if name not in self.forms:
            raise NotFound("there is no such form", remedy="see the list of forms")
        return self.forms[name]


def form_files(folders: Sequence[Path]) -> list[Path]:
    """The files of the forms, those of the first folder first."""
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def load_forms(catalog: Catalog, folders: Sequence[Path]) -> FormLibrary:
    """Every form by name. A broken one is put aside and the others go on; of two that ask the same the later one goes."""
    from warehouse.form_filling.lint import Linter
    from warehouse.form_filling.overlap import refusal

    forms: dict[str, Form] = {}
    broken: dict[str, BrokenForm] = {}
    linter = Linter(catalog)
    for path in form_files(folders):
        form, problems = linter.read(path)
        if path.stem in forms or path.stem in broken:
            name = f"{path.parent.name}/{path.name}"
            broken[name] = BrokenForm(
                name, (f"{name}:1: there is a form {path.stem} already -> give the file another name",)
            )
        elif form is None:
            broken[path.stem] = BrokenForm(path.stem, tuple(problems))
        else:
            forms[form.name] = form
    kept: dict[str, Form] = {}
    for form in sorted(forms.values(), key=lambda f: (f.since, f.name)):
        if reason := refusal(form, kept.values()):
            broken[form.name] = BrokenForm(form.name, (reason,))
        else:
            kept[form.name] = form
    return FormLibrary({name: kept[name] for name in sorted(kept)}, broken)
