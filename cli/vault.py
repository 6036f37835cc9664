"""`hub vault verify|repair`."""

from __future__ import annotations

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_problems

app = typer.Typer(no_args_is_help=True, help="The vault: raw ID numbers and phones, encrypted.")


@app.command()
def verify(form: FormatOption = Format.TABLE) -> None:
    """Compare every file with its checksum, and open those that have none; exit status 1 if one is damaged."""
    from warehouse.lake.vault_check import record_checksums, vault_damage
    from warehouse.lock import deployment_lock

    settings = deployment.load_settings()
    with deployment_lock(settings):
        if taken := record_checksums(settings):
            typer.echo(
                f"{taken} files of an older hub had no checksum; every page opens, and they have one now", err=True
            )
    print_problems(vault_damage(settings), form, "every file of the vault is as it was written")


@app.command()
def repair() -> None:
    """Set damaged files aside, and make the next night store the numbers of all files in landing and archive again."""
    from pipelines.ingest.file_hashes import hashes_at_hand
    from warehouse.lake.vault_check import repair
    from warehouse.lock import deployment_lock

    settings = deployment.load_settings()
    with deployment_lock(settings):
        result = repair(settings, hashes_at_hand(settings))
    for path in result.aside:
        typer.echo(f"set aside: {path}")
    if result.to_read:
        typer.echo(f"{result.to_read} deliveries are read again by the next `hub nightly`")
    if result.not_landed:
        typer.echo(
            f"{result.not_landed} deliveries are in neither landing nor archive: numbers in no other file stay lost",
            err=True,
        )
    if not (result.aside or result.to_read):
        typer.echo("nothing had to be stored again")
