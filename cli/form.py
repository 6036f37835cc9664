"""`hub form list|check|add|fill`: lists, checks and adds forms, and fills one with what a user may see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing

if TYPE_CHECKING:
    from api.view import View
    from warehouse.form_filling.library import FormLibrary

app = typer.Typer(no_args_is_help=True, help="Forms (报表): what the city database knows is filled by itself.")
FILE = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A new form; default: all there are.")]
COLUMNS = ("name", "rows", "title", "office", "since", "cells", "problem")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List every form, with the first problem of one that cannot be filled."""
    library = _form_library()
    rows = [
        {name: getattr(f, name) for name in COLUMNS[:5]} | {"cells": len(f.cells), "problem": ""}
        for f in library.forms.values()
    ]
    rows += [dict.fromkeys(COLUMNS, "") | {"name": b.name, "problem": b.problems[0]} for b in library.broken.values()]
    print_listing(COLUMNS, rows, form)


@app.command()
def check(file: FILE = None) -> None:
    """Lint a new form, or all: every problem with file, line and cell; exit status 1 if there is one."""
    library = _form_library()
    problems = _problems(file, library) if file else [p for b in library.broken.values() for p in b.problems]
    for problem in problems:
        typer.echo(problem)
    if not problems:
        typer.echo("no problem" if file else f"{len(library.forms)} forms, no problem")
    raise typer.Exit(1 if problems else 0)


@app.command()
def add(file: Annotated[Path, typer.Argument(help="The form's YAML.")]) -> None:
    """Add a form to this deployment, unless it has problems or asks again for what another form has."""
    from contracts.errors import HubError
    from warehouse.files import write_atomically

    library = _form_library()
    if file.stem in {*library.forms, *library.broken}:
        raise HubError("there is a form of this name already", where=file.name, remedy="give the file another name")
    if problems := _problems(file, library):
        raise HubError(problems[0], remedy=f"{len(problems)} problems in all: `hub form check FILE`")
    target = deployment.load_settings().forms / file.name
    write_atomically(target, file.read_bytes())
    typer.echo(str(target))


@app.command()
def fill(
    name: Annotated[str, typer.Argument(help="The form's name.")],
    user: Annotated[str, typer.Option("--user", help="As whom: her areas and her masks.")],
    out: Annotated[Path, typer.Option("--out", help="The workbook to write.")],
    grid: Annotated[str | None, typer.Option("--grid", help="One grid; default: all of hers.")] = None,
) -> None:
    """Fill a form from the current release with what the user may see; only doubtful cells are left open."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from contracts.errors import HubError
    from warehouse.audit_log.commands import record_command
    from warehouse.files import atomic_file
    from warehouse.form_filling.doubts import rule_doubts
    from warehouse.form_filling.fill import fill as fill_form
    from warehouse.form_filling.query import Limits
    from warehouse.form_filling.workbook import write_form

    settings = deployment.load_settings()
    form = _form_library().form(name)
    view = _view(user)
    answers = fill_form(view, form, rule_doubts(), Limits(settings.form_rows, settings.form_seconds), grid)
    record_command(settings, "hub form fill", deployment.operator_name(), view.shown, release=view.release_id)
    try:
        with atomic_file(out) as temporary:
            write_form(temporary, answers, user, datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None))
    except OSError as error:
        raise HubError(f"cannot write it: {error.strerror}", where=str(out), remedy="give another --out") from None
    states = [answer.state for row in answers.rows for answer in row]
    typer.echo(
        f"{out}: {len(answers.rows)} rows, {states.count('filled')} cells filled, {states.count('open')} left open"
    )


def _form_library() -> FormLibrary:
    from contracts.load import load_catalog
    from warehouse.form_filling.library import FORMS, load_forms

    return load_forms(load_catalog(), (FORMS, deployment.load_settings().forms))


def _problems(file: Path, library: FormLibrary) -> list[str]:
    """The problems of a new form; if it has none, the reason why another form makes it needless. HubError if no file."""
    from contracts.errors import HubError
    from contracts.load import load_catalog
    from warehouse.form_filling.lint import Linter
    from warehouse.form_filling.overlap import refusal

    if not file.is_file():
        raise HubError("there is no such file", where=str(file), remedy="give a form's YAML")
    form, problems = Linter(load_catalog()).read(file)
    if form is not None:
        reason = refusal(form, library.forms.values())
        problems = [reason] if reason else []
    return problems


def _view(username: str) -> View:
    """The user's view of the served release. HubError if she is unknown or disabled."""
    from api.view import View
    from contracts.code_lists import HERE, load_code_lists
    from contracts.errors import HubError
    from contracts.load import load_catalog
    from warehouse.access.policy import Gate

    settings, release = deployment.load_settings(), deployment.served_release()
    with deployment.open_casebook() as casebook:
        user = casebook.user(username)
    if user is None:
        raise HubError("there is no such user, or she may no longer log in", remedy="see `hub user list`")
    gate = Gate(load_catalog(), user, release.present, release.city)
    return View(gate, release, load_code_lists((HERE, settings.codes)))
