"""`hub user add|list|passwd|disable`. A password is prompted for or read from the first line of stdin; never an argument."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing
from warehouse.access.masking import ROLES

app = typer.Typer(no_args_is_help=True, help="Who may log in.")
Username = Annotated[str, typer.Argument(help="Name to log in with.")]
Role = Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="Source table an office delivers; may be given several times.")
]
Areas = Annotated[list[str] | None, typer.Option("--area", help="Area or grid code; may be given several times.")]


@app.command()
def add(username: Username, role: Role, area: Areas = None, source: Sources = None) -> None:
    """Add a user."""
    from warehouse.casebook.accounts import NewUser

    with deployment.open_casebook() as casebook:
        casebook.add_users([NewUser(username, _password(), role, tuple(area or ()), tuple(source or ()))])
    typer.echo(f"{username} may log in")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List every user with role, areas and sources."""
    with deployment.open_casebook() as casebook:
        accounts = casebook.list_users()
    rows = [
        {
            "username": a.username,
            "role": a.role,
            "areas": ",".join(a.areas) if form is not Format.JSON else list(a.areas),
            "sources": ",".join(a.sources) if form is not Format.JSON else list(a.sources),
            "disabled": "yes" if a.disabled else "" if form is not Format.JSON else False,
            "created_at": f"{a.created_at:%Y-%m-%d %H:%M:%S}",
        }
        for a in accounts
    ]
    print_listing(("username", "role", "areas", "sources", "disabled", "created_at"), rows, form)


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


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
