"""`hub receipt list|show|export`: the receipts of deliveries, as their offices get them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import deployment
from cli.delivery import DeliveryId, StatusOption, TableOption, matching_deliveries
from cli.output import Format, FormatOption, print_listing, print_nested_listing

if TYPE_CHECKING:
    from warehouse.lake.lake import Delivery
    from warehouse.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Receipts for the offices.")
COLUMNS = ("delivery", "table", "status", "read", "accepted", "rejected", "by_rule", "file", "delivered_on")


@app.command("list")
def list_(table: TableOption = None, status: StatusOption = None, form: FormatOption = Format.TABLE) -> None:
    """List every delivery with its row counts, newest data first."""
    print_listing(COLUMNS, [_counts(d) for d in matching_deliveries(table, status)], form)


def _counts(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery": delivery.id,
        "table": delivery.table,
        "status": delivery.status,
        "read": delivery.read,
        "accepted": delivery.accepted,
        "rejected": delivery.rejected,
        "by_rule": delivery.by_rule,
        "file": delivery.file_name,
        "delivered_on": delivery.delivered_on,
    }


@app.command()
def show(
    id_: DeliveryId,
    limit: Annotated[int, typer.Option(min=0, help="How many issues at most.")] = 100,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show one delivery: its row counts, the reason if it is not in force, and its issues."""
    from contracts.code_lists import HERE, load_code_lists
    from contracts.load import load_catalog
    from pipelines.ingest.precheck import precheck_lines
    from warehouse.lake.lake import Lake

    settings = deployment.load_settings()
    lake = Lake(settings)
    delivery = lake.by_prefix(id_)
    table = load_catalog().tables.get(f"source.{delivery.table}")
    lists = load_code_lists([HERE, settings.codes])
    issues = lake.issues_path(delivery.table, delivery.id)
    row = _counts(delivery) | {
        "ignored": delivery.ignored,
        "warnings": delivery.warnings,
        "unknown_columns": delivery.unknown_columns,
        "reason": delivery.reason,
        "decision": delivery.decision,
        "issues": precheck_lines(issues, table.version_on(delivery.delivered_on), lists, limit) if table else [],
    }
    more = ("ignored", "warnings", "unknown_columns", "reason", "decision")
    print_nested_listing((*COLUMNS, *more), [row], "issues", form)


@app.command()
def export(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="A delivery's id or its head.")] = None,
    table: Annotated[str | None, typer.Option("--table", help="Instead of ID: every receipt of a table.")] = None,
    out: Annotated[Path, typer.Option(help="A folder, or for one receipt a file.")] = Path(),
) -> None:
    """Copy a receipt, or all of a table, out of the hub, in the format of the delivered file."""
    from contracts.errors import HubError
    from warehouse.lake.lake import Lake
    from warehouse.lake.receipts import receipt_file, receipt_name

    settings = deployment.load_settings()
    if (id_ is None) == (table is None):
        raise HubError("one receipt or a table's is exported", remedy="give ID, or --table TABLE")
    if id_ is not None:
        delivery = Lake(settings).by_prefix(id_)
        if receipt_file(settings, delivery) is None:
            raise HubError("there is no receipt yet", where=delivery.id, remedy="`hub nightly` reads the file")
        _copy(settings, delivery, out / receipt_name(delivery) if out.is_dir() else out)
        return
    found = [d for d in Lake(settings).deliveries(table) if receipt_file(settings, d)]
    if not found:
        raise HubError("no delivery of this table has a receipt", where=str(table), remedy="`hub receipt list`")
    for delivery in found:
        _copy(settings, delivery, out / receipt_name(delivery))


def _copy(settings: Settings, delivery: Delivery, to: Path) -> None:
    from contracts.errors import HubError
    from warehouse.files import atomic_file
    from warehouse.lake.receipts import receipt_file

    source = receipt_file(settings, delivery)
    assert source is not None
    try:
        with atomic_file(to) as temporary:
            shutil.copyfile(source, temporary)
    except OSError as error:
        raise HubError(f"cannot write it: {error.strerror}", where=str(to), remedy="give another --out") from None
    typer.echo(str(to))
