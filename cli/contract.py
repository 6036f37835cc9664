"""`hub contract check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Format, FormatOption, listing

app = typer.Typer(no_args_is_help=True, help="Contracts.")
Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; default: ours.")]


@app.callback()
def contract() -> None:
    """Contracts."""


@app.command()
def check(paths: Paths = None, form: FormatOption = Format.TABLE) -> None:
    """Lint contracts: every problem with file and line; exit status 1 if there is one."""
    from contracts.load import HERE, lint

    files = [file for path in paths or [HERE] for file in _files(path)]
    tables, problems = lint(files)
    if problems or form is not Format.TABLE:
        rows = [{"file": p.file, "line": p.line, "problem": p.message} for p in problems]
        listing(("file", "line", "problem"), rows, form)
    else:
        typer.echo(f"{len(tables)} contracts, no problem")
    raise typer.Exit(1 if problems else 0)


def _files(path: Path) -> list[Path]:
    from contracts.errors import ContractError
    from contracts.load import contract_files

    found = [path] if path.is_file() else contract_files(path) or sorted(path.glob("*.odcs.yaml"))
    if not found:
        raise ContractError("no contract here", where=str(path), remedy="name a *.odcs.yaml file or a folder of them")
    return found
