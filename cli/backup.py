"""`hub backup`, `hub restore`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from cli import deployment


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where backups are kept, on another disk.")],
) -> None:
    """Back the home up, without its keys; nights and verdicts may go on meanwhile. Exit status 1 if anything is damaged."""
    from warehouse.backup.make import back_up

    started = time.perf_counter()
    result = back_up(deployment.load_settings(), folder)
    for problem in result.problems:
        typer.echo(f"hub: not copied: {problem}", err=True)
    size, seconds = result.bytes / 1024**2, time.perf_counter() - started
    counts = f"{result.copied} files copied ({size:,.1f} MiB), {result.linked} as before"
    typer.echo(f"{result.folder}: {counts}, {seconds:.1f} s; keys/ is not in it: keep a copy of it elsewhere")
    raise typer.Exit(1 if result.problems else 0)


def restore(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Where backups are kept; known after `hub backup`.")
    ] = None,
    only: Annotated[str, typer.Option("--only", metavar="PATH", help="One file, by its path below the home.")] = "",
) -> None:
    """Restore the newest backup into a new HUB_HOME, or with --only put back one file that is damaged."""
    from warehouse.backup.place import place_of
    from warehouse.backup.restore import restore, restore_file

    settings = deployment.load_settings()
    place = place_of(settings, folder)
    if only:
        typer.echo(f"restored: {restore_file(settings, place, only)}")
        return
    backup = restore(settings, place)
    keys = "" if settings.keys.exists() else f"put keys/ into {settings.home} from where they are kept, then "
    typer.echo(f"{len(backup.files)} files of {backup.folder} are in {settings.home}; {keys}run `hub doctor --deep`")
