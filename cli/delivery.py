"""`hub delivery list|check|withdraw|restore|accept`: deliveries of the offices, and the operator's decisions about them."""

from __future__ import annotations

import os
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing, print_nested_listing

if TYPE_CHECKING:
    from warehouse.lake.delivery_decisions import DeliveryAction
    from warehouse.lake.lake import Delivery

app = typer.Typer(no_args_is_help=True, help="Deliveries of the offices.")
DeliveryId = Annotated[str, typer.Argument(metavar="ID", help="A delivery's id, or the head of it that no other has.")]
TableOption = Annotated[str | None, typer.Option("--table", help="Only deliveries of this source table.")]
StatusOption = Annotated[
    str | None, typer.Option("--status", help="Only waiting, accepted, held, failed or withdrawn ones.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence that names no person; it is kept.")]
LIST_COLUMNS = (
    "delivery",
    "table",
    "status",
    "in_force",
    "file",
    "office",
    "delivered_on",
    "received_at",
    "reason",
    "decision",
)
CHECK_COLUMNS = (
    "file",
    "table",
    "status",
    "read",
    "accepted",
    "rejected",
    "ignored",
    "by_rule",
    "warnings",
    "unknown_columns",
)


@app.command("list")
def list_(table: TableOption = None, status: StatusOption = None, form: FormatOption = Format.TABLE) -> None:
    """List every delivery, newest data first, with its state and the reason; those in_force make the next release."""
    in_force = _in_force()
    rows = [
        {
            "delivery": d.id,
            "table": d.table,
            "status": d.status,
            "in_force": "yes" if (d.table, d.id) in in_force else "",
            "file": d.file_name,
            "office": d.office,
            "delivered_on": d.delivered_on,
            "received_at": f"{d.received_at:%Y-%m-%d %H:%M:%S}",
            "reason": d.reason,
            "decision": d.decision,
        }
        for d in matching_deliveries(table, status)
    ]
    print_listing(LIST_COLUMNS, rows, form)


def _in_force() -> set[tuple[str, str]]:
    """Table and id of every delivery in force."""
    from contracts.load import load_catalog
    from warehouse.lake.lake import Lake

    lake = Lake(deployment.load_settings())
    return {(d.table, d.id) for table in load_catalog().sources() for d in lake.in_force(table)}


def matching_deliveries(table: str | None, status: str | None) -> list[Delivery]:
    """The deliveries of a table (None: of all) in a status (None: in any), newest data first."""
    from warehouse.lake.lake import Lake

    found = Lake(deployment.load_settings()).deliveries(table)
    return [d for d in reversed(found) if status in (None, d.status)]


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files under the names they would have.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Check files, and those in a ZIP, as ingest would, without taking them; exit status 1 if one would not be accepted."""
    from contracts.code_lists import HERE, load_code_lists
    from contracts.errors import DeliveryError
    from contracts.load import load_catalog
    from pipelines.ingest.precheck import prechecks

    settings = deployment.load_settings()
    catalog, code_lists = load_catalog(), load_code_lists([HERE, settings.codes])
    for path in files:
        if not os.access(path, os.R_OK) or not path.is_file():
            raise DeliveryError("there is no such file, or it cannot be read", where=str(path), remedy="name a file")
    found = chain.from_iterable(prechecks(settings, catalog, code_lists, path, path.name) for path in files)
    rows = [asdict(one) for one in found]
    print_nested_listing((*CHECK_COLUMNS, "reason", "advice"), rows, "issues", form)
    raise typer.Exit(0 if all(row["status"] == "accepted" for row in rows) else 1)


@app.command()
def withdraw(id_: DeliveryId, reason: Reason) -> None:
    """Take a delivery out of force from the next release on; its rows, its receipt and this decision are kept."""
    _decide(id_, "withdrawn", reason)


@app.command()
def restore(id_: DeliveryId, reason: Reason) -> None:
    """Take a decision back: the delivery has the status again that ingest gave it."""
    _decide(id_, "restored", reason)


@app.command()
def accept(id_: DeliveryId, reason: Reason) -> None:
    """Bring a held delivery whose rows were read into force from the next release on."""
    _decide(id_, "accepted", reason)


def _decide(id_: str, act: DeliveryAction, reason: str) -> None:
    from contracts.load import load_catalog
    from warehouse.lake.delivery_decisions import decide
    from warehouse.lake.lake import Lake

    settings = deployment.load_settings()
    lake = Lake(settings)
    with deployment.open_casebook() as casebook:
        now = decide(lake, casebook, lake.by_prefix(id_), act, reason, deployment.operator_name())
    typer.echo(f"{now.id} ({now.file_name}) is {now.status}")
    table = load_catalog().tables.get(f"source.{now.table}")
    in_force = ", ".join(d.file_name for d in lake.in_force(table)) if table else ""
    typer.echo(f"the next release is built from {in_force}" if in_force else f"nothing of {now.table} is in force now")
