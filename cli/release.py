"""`hub release list|show|verify|rollback`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing

if TYPE_CHECKING:
    from warehouse.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Releases of the city database.")
ReleaseId = Annotated[str, typer.Argument(metavar="ID", help="A release's id, or `current`.")]


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List every release on disk, newest first."""
    from warehouse.releases.publish import current_id, release_ids

    settings = deployment.load_settings()
    current = current_id(settings)
    rows = [_line(settings, id_, current) for id_ in release_ids(settings)]
    print_listing(("id", "state", "built_at", "rows", "findings", "content_hash"), rows, form)


def _line(settings: Settings, id_: str, current: str | None) -> dict[str, Any]:
    from contracts.errors import HubError
    from warehouse.releases.publish import show

    state = "current" if id_ == current else ""
    try:
        manifest = show(settings, id_)
    except HubError:
        return {"id": id_, "state": "damaged", "built_at": None, "rows": None, "findings": None, "content_hash": None}
    return {
        "id": id_,
        "state": state,
        "built_at": f"{manifest.built_at:%Y-%m-%d %H:%M:%S} UTC",
        "rows": sum(manifest.rows.values()),
        "findings": sum(manifest.findings.values()),
        "content_hash": manifest.content_hash[:12],
    }


@app.command()
def show(id_: ReleaseId = "current", form: FormatOption = Format.TABLE) -> None:
    """Show a release's inputs, row and finding counts, contracts, checks and seconds."""
    from warehouse.releases import publish

    settings = deployment.load_settings()
    manifest = publish.show(settings, _id(settings, id_))
    rows = [
        *_lines("input", {f"{i.table} {i.delivery}": f"{i.file} ({i.rows:,} rows)" for i in manifest.inputs}),
        *_lines("rows", manifest.rows),
        *_lines("findings", manifest.findings),
        *_lines("rule error", manifest.rule_errors),
        *_lines("contract", {n: f"{c.version} {c.digest[:12]}" for n, c in manifest.contracts.items()}),
        *_lines("checks", {n: f"{c.checks} checks, {c.warnings} warnings" for n, c in manifest.checks.items()}),
        *_lines("engine", manifest.engine),
        *_lines("seconds", manifest.seconds),
        *_lines("content", {"hash": manifest.content_hash, "built_at": manifest.built_at.isoformat()}),
    ]
    print_listing(("part", "name", "value"), rows, form)


def _lines(part: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"part": part, "name": name, "value": value} for name, value in values.items()]


@app.command()
def verify(id_: ReleaseId = "current", form: FormatOption = Format.TABLE) -> None:
    """Compare a release's files and tables with its manifest; exit status 1 if they differ."""
    from warehouse.releases import publish

    settings = deployment.load_settings()
    release_id = _id(settings, id_)
    problems = publish.verify(settings, release_id)
    if problems or form is not Format.TABLE:
        print_listing(("release", "problem"), [{"release": release_id, "problem": p} for p in problems], form)
    else:
        typer.echo(f"{release_id}: every file and table is as its manifest says")
    raise typer.Exit(1 if problems else 0)


@app.command()
def rollback(id_: Annotated[str, typer.Argument(metavar="ID", help="The release to serve again.")]) -> None:
    """Serve an older release again; it is verified first. The API follows without a restart."""
    from warehouse.releases import publish

    publish.rollback(deployment.load_settings(), id_)
    typer.echo(f"{id_} is served")


def _id(settings: Settings, text: str) -> str:
    """The id itself, or that of the `current` release. ReleaseError if none is published, or `CURRENT` is damaged."""
    from contracts.errors import ReleaseError
    from warehouse.releases.publish import current_id, release_ids
    from warehouse.releases.served import served_damage

    release_id = current_id(settings) if text == "current" else text
    if text == "current" and release_id not in release_ids(settings) and (damage := served_damage(settings)):
        raise damage
    if release_id is None:
        raise ReleaseError("no release is published yet", where=str(settings.releases), remedy="run `hub nightly`")
    return release_id
