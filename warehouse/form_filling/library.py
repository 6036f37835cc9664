"""The forms there are: those of `warehouse/forms/`, and a deployment's own in `$HUB_HOME/forms/`.

Belongs here: which files are forms, and which of them can be filled. Does not: what is wrong with one by itself
(lint.py), whether it asks again for what another has (overlap.py).
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
