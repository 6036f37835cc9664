"""`hub user …`: who may log in, with which rights and second factor, and who is logged in.

A password is prompted for or read from the first line of stdin; never an argument.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing
from warehouse.access.masking import ROLES

TEMPORARY = ", and must change it at the first login"
app = typer.Typer(no_args_is_help=True, help="Who may log in.")
Username = Annotated[str, typer.Argument(help="Name to log in with.")]
Role = Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")]
NewRole = Annotated[str | None, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="Source table an office delivers; may be given several times.")
]
Areas = Annotated[list[str] | None, typer.Option("--area", help="Area or grid code; may be given several times.")]


@app.command()
def add(username: Username, role: Role, area: Areas = None, source: Sources = None) -> None:
    """Add a user."""
    from warehouse.casebook.accounts import NewUser

    with deployment.open_casebook() as casebook:
        temporary = casebook.rules.password_first_change
        casebook.add_users([NewUser(username, _password(), role, tuple(area or ()), tuple(source or ()), temporary)])
    typer.echo(f"{username} may log in{TEMPORARY if temporary else ''}")


@app.command()
def change(username: Username, role: NewRole = None, area: Areas = None, source: Sources = None) -> None:
    """Change role, areas or sources of a user, and end every session of hers."""
    with deployment.open_casebook() as casebook:
        casebook.change_user(username, role=role, areas=area, sources=source)
    typer.echo(f"{username} is changed and has to log in again")


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
    """Set a new password, end every session, and forget wrong tries."""
    with deployment.open_logins() as (casebook, logins):
        temporary = casebook.rules.password_first_change
        casebook.set_password(username, _password(), temporary=temporary)
        logins.throttle.forget(username)
    typer.echo(f"{username} has a new password{TEMPORARY if temporary else ''}")


@app.command()
def totp(
    username: Username, remove: Annotated[bool, typer.Option("--remove", help="Take the second factor away.")] = False
) -> None:
    """Give a user a new second factor, shown only now, or take it away; every session ends."""
    with deployment.open_logins() as (casebook, logins):
        casebook.account(username)
        logins.sessions.end_all(username)
        if remove:
            logins.second_factors.remove(username)
            typer.echo(f"{username} logs in with the password alone")
            return
        enrolment, codes = logins.second_factors.enrol_for(username)
    typer.echo("\n".join([enrolment.uri, f"secret: {enrolment.secret}", "recovery codes:", *codes]))


@app.command()
def sessions(
    username: Username,
    end: Annotated[bool, typer.Option("--end", help="End all of them.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the open logins and tokens of a user, or end them."""
    with deployment.open_logins() as (casebook, logins):
        casebook.account(username)
        if end:
            typer.echo(f"{logins.sessions.end_all(username)} ended")
            return
        found = logins.sessions.of(username)
    times = ("opened_at", "used_at", "expires_at")
    rows = [
        {"id": r.id, "token": r.name or "", "address": r.address}
        | {name: f"{getattr(r, name):%Y-%m-%d %H:%M:%S}" for name in times}
        for r in found
    ]
    print_listing(("id", "token", "address", *times), rows, form)


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
