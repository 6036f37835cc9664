"""`hub user add|list|passwd|disable`, `hub user area add|remove`.

A password is prompted for or read from the first line of stdin; never an argument."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing
from warehouse.access.masking import ROLES

app = typer.Typer(no_args_is_help=True, help="Who may log in.")
area_app = typer.Typer(no_args_is_help=True, help="What a user may see, for good or for some days.")
app.add_typer(area_app, name="area")
Username = Annotated[str, typer.Argument(help="Name to log in with.")]
Role = Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="Source table an office delivers; may be given several times.")
]
Areas = Annotated[list[str] | None, typer.Option("--area", help="Area or grid code; may be given several times.")]
Code = Annotated[str, typer.Argument(help="Area or grid code.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Of an agent: the user for whom it acts.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: at once.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day; default: for good.")]
COLUMNS = ("username", "role", "areas", "sources", "owner", "disabled", "created_at")


@app.command()
def add(username: Username, role: Role, area: Areas = None, source: Sources = None, owner: Owner = None) -> None:
    """Add a user."""
    from warehouse.casebook.accounts import NewUser

    with deployment.open_casebook() as casebook:
        casebook.add_users([NewUser(username, _password(), role, tuple(area or ()), tuple(source or ()), owner)])
    typer.echo(f"{username} may log in")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List every user with role, areas and their days, sources and owner."""
    with deployment.open_casebook() as casebook:
        accounts = casebook.list_users()
    as_json = form is Format.JSON
    rows = [
        {
            "username": a.username,
            "role": a.role,
            "areas": [*map(str, a.dated_areas)] if as_json else ",".join(map(str, a.dated_areas)),
            "sources": list(a.sources) if as_json else ",".join(a.sources),
            "owner": a.owner if as_json else a.owner or "",
            "disabled": "yes" if a.disabled else False if as_json else "",
            "created_at": f"{a.created_at:%Y-%m-%d %H:%M:%S}",
        }
        for a in accounts
    ]
    print_listing(COLUMNS, rows, form)


@app.command()
def passwd(username: Username) -> None:
    """Set a new password."""
    with deployment.open_casebook() as casebook:
        casebook.set_password(username, _password())
    typer.echo(f"{username} has a new password")


@app.command()
def disable(username: Username) -> None:
    """End every session of a user and refuse further logins."""
    with deployment.open_casebook() as casebook:
        casebook.disable(username)
    typer.echo(f"{username} may no longer log in")


@area_app.command("add")
def area_add(username: Username, code: Code, since: From = None, until: Until = None) -> None:
    """Put an area into a user's scope: for good, or from a day until a day, both included."""
    from warehouse.casebook.user_areas import UserArea

    area = UserArea(code, since.date() if since else None, until.date() if until else None)
    with deployment.open_casebook() as casebook:
        casebook.add_area(username, area)
    typer.echo(f"{username} has {area}")


@area_app.command("remove")
def area_remove(username: Username, code: Code) -> None:
    """Take an area out of a user's scope at once, whatever its days."""
    with deployment.open_casebook() as casebook:
        casebook.remove_area(username, code)
    typer.echo(f"{username} has {code} no more")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
