"""`hub audit verify|head|sign|report|prune`: the log of every look at residents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing, print_problems

app = typer.Typer(no_args_is_help=True, help="The audit log: who looked at whom, and who wrote what.")
Heads = Annotated[
    Path | None,
    typer.Option("--heads", metavar="FILE", help="Heads kept elsewhere, one a line as `hub audit head` prints."),
]


@app.command()
def verify(heads: Heads = None, form: FormatOption = Format.TABLE) -> None:
    """Hold every record against the signed heads; exit status 1 if one was changed, removed or added, with day and line."""
    from contracts.errors import HubError
    from warehouse.audit_log.heads import read_heads
    from warehouse.audit_log.verify import log_damage

    kept = []
    if heads:
        if not heads.is_file():
            raise HubError(
                "there is no such file", where=str(heads), remedy="give a file with lines of `hub audit head`"
            )
        for number, head in enumerate(read_heads(heads), 1):
            if head is None:
                raise HubError(
                    "this line is no head", where=f"{heads}:{number}", remedy="keep lines as `hub audit head` prints"
                )
            kept.append(head)
    problems = log_damage(deployment.load_settings(), kept)
    print_problems(problems, form, "every record is as it was signed")


@app.command()
def head() -> None:
    """Print the newest signed head as one line of JSON; keep it elsewhere, and `verify --heads` holds the log to it."""
    from contracts.errors import HubError
    from warehouse.audit_log.heads import last_head

    settings = deployment.load_settings()
    if (found := last_head(settings.audit)) is None:
        raise HubError(
            "nothing is signed yet", where=str(settings.audit), remedy="start `hub serve`, or run `hub audit sign`"
        )
    typer.echo(found.line())


@app.command()
def sign() -> None:
    """Sign what was appended; `hub serve` does it by itself, twice a second."""
    from warehouse.audit_log.signer import exclusive_signer

    with exclusive_signer(deployment.load_settings()) as signer:
        if signer is None:
            typer.echo("`hub serve` is running and signs by itself")
        elif (found := signer.sign()) is None:
            typer.echo("everything is signed")
        else:
            typer.echo(found.line())


@app.command()
def prune() -> None:
    """Remove the records of days older than HUB_AUDIT_DAYS; each night does it. The last head of each day stays."""
    from warehouse.audit_log.prune import prune_log

    removed = prune_log(deployment.load_settings())
    typer.echo(f"{len(removed)} days removed" + (f": {removed[0]} to {removed[-1]}" if removed else ""))


@app.command()
def report(
    person: Annotated[
        str, typer.Option("--person", metavar="ID", help="The resident's `person_id`, present or earlier.")
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell in Chinese who looked at a resident's record, when, why and at what; nothing of anybody else."""
    from datetime import date
    from zoneinfo import ZoneInfo

    from contracts.load import load_catalog
    from warehouse.audit_log.report import ids_of_person, resident_report
    from warehouse.releases.operator_reader import operator_reader

    settings = deployment.load_settings()
    ids = ids_of_person(operator_reader(deployment.served_release()), person)
    zone = ZoneInfo(settings.timezone)
    lines = [*resident_report(settings.audit, load_catalog(), zone, ids, date.min, date.max)]
    if form is not Format.TABLE:
        print_listing(("at", "who", "action", "reason", "seen"), [line._asdict() for line in lines], form)
        return
    for line in lines:
        typer.echo(line.text)
    if not lines:
        typer.echo("审计日志中没有查看该居民档案的记录。")
