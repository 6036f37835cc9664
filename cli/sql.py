"""`hub sql`: unmasked SQL on the current release for the operator. Users go through the API, which masks and scopes."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing


def sql(
    statement: Annotated[str, typer.Argument(help='For example "select count(*) from person".')],
    form: FormatOption = Format.TABLE,
) -> None:
    """Run SQL on the current release: read-only, without access to files or network."""
    columns, rows = query(statement)
    print_listing(columns, rows, form)


def query(statement: str) -> tuple[list[str], list[dict[str, object]]]:
    """Distinct column names, and rows by column name. HubError with DuckDB's message if the statement is wrong."""
    import duckdb

    from contracts.errors import HubError, ReleaseError
    from warehouse.audit_log.commands import record_command
    from warehouse.audit_log.disclosure import Disclosure
    from warehouse.releases.publish import CITY, current_id
    from warehouse.releases.readonly import open_readonly

    settings = deployment.load_settings()
    id_ = current_id(settings)
    if id_ is None:
        raise ReleaseError("no release is published yet", where=str(settings.releases), remedy="run `hub nightly`")
    try:
        opened = open_readonly(settings.releases / id_ / CITY)
    except duckdb.Error:
        raise ReleaseError(
            "the release cannot be opened",
            where=str(settings.releases / id_),
            remedy="`hub release verify` says what is wrong, `hub release rollback` serves an older one",
        ) from None
    with opened as connection:
        try:
            cursor = connection.execute(statement)
            columns = _distinct([c[0] for c in cursor.description or ()])
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            what = str(error).splitlines()[0] if _is_statement_error(error) else type(error).__name__
            raise HubError(what, where=f"release {id_}", remedy="correct the statement") from None
        except AttributeError:  # DuckDB's driver on an empty statement
            raise HubError("there is no statement", remedy='for example hub sql "select 1"') from None
    shown = Disclosure()
    for table in sorted(_tables(statement)):
        shown.add_rows(table, rows, ())
    record_command(settings, "hub sql", deployment.operator_name(), shown, release=id_)
    return columns, rows


def _tables(statement: str) -> set[str]:
    """The tables that the statement reads, for the audit log; `?` for one that is no plain select."""
    from warehouse.sql_reading.statement import UnsafeSql, relations

    try:
        return {*relations(statement)}
    except UnsafeSql:
        return {"?"}


def _is_statement_error(error: Exception) -> bool:
    """True for an error about the SQL text; the message of an error at run time may quote a row."""
    import duckdb

    safe = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException)
    return isinstance(error, safe) or "read-only" in str(error)


def _distinct(names: list[str]) -> list[str]:
    """The names, a repeated one with a number appended: `grid_code`, `grid_code_1`."""
    found: list[str] = []
    for name in names:
        tries = (name, *(f"{name}_{n}" for n in range(1, len(names))))
        found.append(next(t for t in tries if t not in found and (t == name or t not in names)))
    return found
