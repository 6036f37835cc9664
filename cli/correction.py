"""`hub correction list|export`: correction requests, and a workbook of them for an office that has no login."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing

if TYPE_CHECKING:
    from warehouse.corrections.queries import RequestFilter
    from warehouse.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Correction requests 更正请求 to the offices.")
COLUMNS = (
    "id", "state", "overdue", "due_on", "provisional", "calendar", "source", "record_key", "attribute", "stated", "seen",
    "seen_on", "reason", "state_reason", "state_by",
)  # fmt: skip
Source = Annotated[str | None, typer.Option("--source", help="Only those to the office of this source table.")]
State = Annotated[
    str | None, typer.Option("--state", help="Only those in this state: sent, accepted, refused, closed, reopened.")
]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those whose five working days are over.")]


@app.command("list")
def list_(
    source: Source = None,
    state: State = None,
    overdue: Overdue = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many lines at most.")] = 100,
    form: FormatOption = Format.TABLE,
) -> None:
    """List requests with their current state, oldest first."""
    from contracts.code_lists import HERE, load_code_lists
    from contracts.load import load_catalog
    from warehouse.corrections.presentation import RequestPresenter
    from warehouse.corrections.queries import find

    settings = deployment.load_settings()
    today = _today(settings)
    reader = RequestPresenter(load_catalog(), load_code_lists([HERE, settings.codes]), today)
    with deployment.open_casebook() as casebook:
        found = find(casebook, _request_filter(source, state, overdue, today), limit=limit)
    print_listing(COLUMNS, [reader.words(request) for request in found], form)


@app.command()
def export(
    source: Annotated[str, typer.Option("--source", help="The source table of the office it is for.")],
    state: State = None,
    overdue: Overdue = False,
    out: Annotated[Path, typer.Option(help="A folder, or a file.")] = Path(),
) -> None:
    """Write an office's requests as a workbook (XLSX), those overdue in red."""
    from contracts.code_lists import HERE, load_code_lists
    from contracts.errors import HubError
    from contracts.load import load_catalog
    from warehouse.audit_log.commands import record_command
    from warehouse.audit_log.disclosure import Disclosure
    from warehouse.corrections.presentation import RequestPresenter
    from warehouse.corrections.queries import each
    from warehouse.corrections.workbook import file_name, workbook
    from warehouse.files import write_atomically

    settings = deployment.load_settings()
    today, zone = _today(settings), ZoneInfo(settings.timezone)
    reader = RequestPresenter(load_catalog(), load_code_lists([HERE, settings.codes]), today)
    condition = _request_filter(source, state, overdue, today)
    to = out / file_name(today, source) if out.is_dir() else out
    with deployment.open_casebook() as casebook:
        requests = [*each(casebook, condition)]
    shown = Disclosure()
    about = [{"entity": request.entity, "entity_id": request.entity_id} for request in requests]
    shown.add_rows("correction_requests", about, ["personal"])
    record_command(settings, "hub correction export", deployment.operator_name(), shown)
    try:
        write_atomically(to, workbook(iter(requests), reader, zone))
    except OSError as error:
        raise HubError(f"cannot write it: {error.strerror}", where=str(to), remedy="give another --out") from None
    typer.echo(str(to))


def _request_filter(source: str | None, state: str | None, overdue: bool, today: date) -> RequestFilter:
    from contracts.errors import HubError
    from contracts.load import load_catalog
    from warehouse.corrections.queries import RequestFilter
    from warehouse.corrections.states import STATES

    known = sorted(table.name for table in load_catalog().sources())
    for value, allowed, what in ((source, known, "source table"), (state, STATES, "state")):
        if value is not None and value not in allowed:
            raise HubError(f"there is no {what} {value}", remedy=f"give one of {', '.join(allowed)}")
    found = next((known_state for known_state in STATES if known_state == state), None)
    return RequestFilter(None if source is None else [source], found, overdue_on=today if overdue else None)


def _today(settings: Settings) -> date:
    return datetime.now(ZoneInfo(settings.timezone)).date()
