"""`hub`: puts the commands together, and prints an error as one line with its remedy."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import (
    address,
    address_review,
    archive,
    audit,
    backup,
    city,
    contract,
    correction,
    delivery,
    demo,
    doctor,
    form,
    lake,
    night,
    person,
    receipt,
    release,
    rule,
    serve,
    sql,
    user,
    vault,
)


class HubGroup(TyperGroup):
    """Turns an exception into one line on stderr and exit status 1; with --debug the traceback comes through."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if ctx.params.get("debug") or _is_usage_error(error):
                raise
            line = error_line(error)
        typer.echo(f"hub: {line}", err=True)
        raise typer.Exit(1)


def error_line(error: BaseException) -> str:
    """One line on an error with its remedy; of a defect type and place alone, for its text may quote a row."""
    from warehouse.environment import environment_fault  # late: `hub --help` is light

    fault = environment_fault(error)
    defect = f"{type(error).__name__} at {_place(error)} -> this is a defect; `hub --debug …` shows the traceback"
    return " ".join(str(fault or defect).split())


app = typer.Typer(
    cls=HubGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="City data hub: office files in, one city database out. All state is in HUB_HOME (default ./var).",
)


@app.callback()
def hub(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; they may quote rows.")] = False) -> None:
    """Global options."""


app.command("demo")(demo.demo)
app.command("nightly")(night.nightly)
app.command("serve")(serve.serve)
app.command("sql")(sql.sql)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(city.app, name="city")
app.add_typer(release.app, name="release")
app.add_typer(delivery.app, name="delivery")
app.add_typer(receipt.app, name="receipt")
app.add_typer(archive.app, name="archive")
app.add_typer(audit.app, name="audit")
app.add_typer(lake.app, name="lake")
app.add_typer(vault.app, name="vault")
app.add_typer(contract.app, name="contract")
address_review.app.command("parse")(address.parse)
app.add_typer(address_review.app, name="address")
app.add_typer(person.app, name="person")
app.add_typer(correction.app, name="correction")
app.add_typer(form.app, name="form")
app.add_typer(rule.app, name="rule")
app.add_typer(user.app, name="user")


def _is_usage_error(error: Exception) -> bool:
    """True for wrong usage, which typer prints with the command's help."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def _place(error: BaseException) -> str:
    """File and line of the innermost frame; the message itself is not shown, it may quote a row."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


def run() -> None:
    """The entry point of the installed command. Files it writes are readable by the hub's own account only (umask 077)."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app(prog_name="hub")


if __name__ == "__main__":  # `python -m cli.main`, where the package is not installed
    run()
