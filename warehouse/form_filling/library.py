"""The library of forms: those of `warehouse/forms/`, and a deployment's own in `$HUB_HOME/forms/`.

Belongs here: loading the files and setting broken forms apart. Does not: checking one form (lint.py), comparing forms
(overlap.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from contracts.model import Catalog
from warehouse.access.policy import NotFound
from warehouse.form_filling.lint import Linter
from warehouse.form_filling.model import Form, FormError
from warehouse.form_filling.overlap import refusal

FORMS: Final = Path(__file__).parents[1] / "forms"


class BrokenForm(NamedTuple):
    """A form that cannot be filled, with its problems: `file:line: …`."""

    name: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class FormLibrary:
    """The forms that can be filled and those that cannot, by name."""

    forms: Mapping[str, Form]
    broken: Mapping[str, BrokenForm]

    def form(self, name: str) -> Form:
        """The form called `name`. FormError if it is broken, NotFound if there is none."""
        if broken := self.broken.get(name):
            where, _, what = broken.problems[0].partition(": ")
            raise FormError(what, where=where, remedy="`hub form check` tells all that is wrong with it")
        if name not in self.forms:
            raise NotFound("there is no such form", remedy="see the list of forms")
        return self.forms[name]


def form_files(folders: Sequence[Path]) -> list[Path]:
    """The files of the forms, in the order of the folders."""
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def load_forms(catalog: Catalog, folders: Sequence[Path]) -> FormLibrary:
    """All forms by name; broken ones are set apart. Of two forms that overlap too much the later one is broken."""
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
    usable: dict[str, Form] = {}
    for form in sorted(forms.values(), key=lambda f: (f.since, f.name)):
        if reason := refusal(form, usable.values()):
            broken[form.name] = BrokenForm(form.name, (reason,))
        else:
            usable[form.name] = form
    return FormLibrary({name: usable[name] for name in sorted(usable)}, broken)
