"""`hub archive list|extract|verify`: the offices' files as they were delivered, encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import deployment
from cli.output import Format, FormatOption, print_listing

app = typer.Typer(no_args_is_help=True, help="The offices' files as they were delivered, encrypted.")
COLUMNS = ("delivery", "file", "office", "size", "archived_at")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List the archived files, by the folder of landing they lay in."""
    from warehouse.lake.raw_archive import RawArchive

    rows = [
        {
            "delivery": file.delivery_id,
            "file": file.name,
            "office": file.office,
            "size": file.size,
            "archived_at": f"{file.archived_at:%Y-%m-%d %H:%M:%S}",
        }
        for file in RawArchive(deployment.load_settings()).files()
    ]
    print_listing(COLUMNS, rows, form)


@app.command()
def extract(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The delivery's id, or the head of it that no other has.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write; it must not be there yet.")],
) -> None:
    """Decrypt a file, byte by byte as it was delivered, raw numbers included."""
    from contracts.errors import DeliveryError
    from warehouse.files import atomic_file
    from warehouse.lake.raw_archive import RawArchive

    archive = RawArchive(deployment.load_settings())
    file = archive.by_prefix(id_)
    if out.exists():
        raise DeliveryError("there is a file or folder already", where=str(out), remedy="give another --out")
    with atomic_file(out) as temporary, temporary.open("wb") as written:
        temporary.chmod(0o600)
        written.writelines(archive.content(file))
    typer.echo(f"{file.name}: {file.size:,} bytes, unencrypted, in {out}; remove it when you have looked at it")


@app.command()
def verify() -> None:
    """Decrypt every file and compare it with the hash of its delivery; exit status 1 if one is damaged."""
    from warehouse.lake.raw_archive import RawArchive

    archive, damaged = RawArchive(deployment.load_settings()), 0
    for error in archive.damage():
        typer.echo(str(error), err=True)
        damaged += 1
    files = len(archive.paths())
    typer.echo(f"{files - damaged} of {files} archived files are whole")
    raise typer.Exit(1 if damaged else 0)
