"""`hub user …`: who may log in, with which rights and second factor, and who is logged in.

A password is prompted for or read from the first line of stdin; never an argument.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing
from warehouse.access.masking import ROLES

TEMPORARY = ", and must change it at the first login"
app = typer.Typer(no_args_is_help=True, help="Who may log in.")
area_app = typer.Typer(no_args_is_help=True, help="What a user may see, for good or for some days.")
app.add_typer(area_app, name="area")
Username = Annotated[str, typer.Argument(help="Name to log in with.")]
Role = Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")]
NewRole = Annotated[str | None, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")]
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
        temporary = casebook.rules.password_first_change
        rights = (role, tuple(area or ()), tuple(source or ()), owner)
        casebook.add_users([NewUser(username, _password(), *rights, temporary=temporary)])
    typer.echo(f"{username} may log in{TEMPORARY if temporary else ''}")


@app.command()
def change(username: Username, role: NewRole = None, area: Areas = None, source: Sources = None) -> None:
    """Change areas of a user, in force at her next request; or role or sources, which ends every session of hers."""
    with deployment.open_casebook() as casebook:
        casebook.change_user(username, role=role, areas=area, sources=source)
    is_out = role is not None or source is not None
    typer.echo(f"{username} is changed{' and has to log in again' if is_out else ''}")


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
