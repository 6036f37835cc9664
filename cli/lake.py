"""`hub lake verify|repair`."""

from __future__ import annotations

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_problems

app = typer.Typer(no_args_is_help=True, help="The lake: rows, issues and receipts of deliveries.")


@app.command()
def verify(form: FormatOption = Format.TABLE) -> None:
    """Compare every file with its checksum, and take those of files that an older hub wrote; exit status 1 if one is damaged."""
    from warehouse.lake.lake_check import lake_damage, record_checksums
    from warehouse.lock import deployment_lock

    settings = deployment.load_settings()
    with deployment_lock(settings):
        if taken := record_checksums(settings):
            typer.echo(f"{taken} deliveries of an older hub had no checksums; they have now", err=True)
    print_problems(lake_damage(settings), form, "every file of the lake is as it was written")


@app.command()
def repair() -> None:
    """Make the next night read damaged deliveries again from landing or archive; exit status 1 if both lack one of them."""
    from pipelines.ingest.file_hashes import hashes_at_hand
    from warehouse.lake.lake_check import repair
    from warehouse.lock import deployment_lock

    settings = deployment.load_settings()
    with deployment_lock(settings):
        result = repair(settings, hashes_at_hand(settings))
    for name in result.to_read:
        typer.echo(f"{name} is read again by the next `hub nightly`")
    for problem in result.lost:
        typer.echo(f"hub: {problem}", err=True)
    if not (result.to_read or result.lost):
        typer.echo("nothing is damaged")
    raise typer.Exit(1 if result.lost else 0)
