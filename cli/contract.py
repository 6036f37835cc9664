"""`hub contract check|draft|diff|sql`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Format, FormatOption, print_listing

if TYPE_CHECKING:
    from contracts.model import Table
    from pipelines.drafting.folder import DraftedTable

app = typer.Typer(no_args_is_help=True, help="Contracts.")
Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; default: ours.")]
Samples = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sample files, or folders of them.")]


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
        print_listing(("file", "line", "problem"), rows, form)
    else:
        typer.echo(f"{len(tables)} contracts, no problem")
    raise typer.Exit(1 if problems else 0)


@app.command()
def draft(
    files: Samples,
    table: Annotated[str | None, typer.Option(help="The table's English name; default: from the file's name.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the contracts; default: print the only one.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write contracts from sample files; what a person must still decide is marked `?`, and `check` asks for it."""
    from contracts.errors import HubError
    from contracts.lint_rules import NAME
    from pipelines.drafting.folder import draft_all, sample_groups

    groups = sample_groups(files)
    if table is not None and not NAME.fullmatch(table):
        raise HubError("a table's name is lower-case English with _", where="--table", remedy="for example --table dog")
    if len(groups) > 1 and (out is None or table is not None):
        remedy = "give --out DIR and no --table, or fewer files"
        raise HubError(f"these are samples of {len(groups)} tables", remedy=remedy)
    if out is not None and out.exists() and not out.is_dir():
        raise HubError("no folder", where=f"--out {out}", remedy="name a folder; it is made if need be")
    drafts = draft_all(groups, table, lambda line: typer.echo(line, err=True))
    if out is None:
        [only] = drafts
        if only.draft is None:
            raise HubError(only.problem)
        typer.echo(only.draft.text, nl=False)
        for column, words in only.draft.open_questions:
            typer.echo(f"still to be decided: {column and f'{column}: '}{words}", err=True)
        return
    rows = [row for drafted in drafts for row in _write_draft(drafted, out)]
    print_listing(("file", "contract", "column", "decide", "problem"), rows, form)
    raise typer.Exit(1 if any(row["problem"] for row in rows) else 0)


@app.command()
def sql(relation: Annotated[str | None, typer.Argument(help="One of them; default: list all.")] = None) -> None:
    """List the relations that are generated from contracts alone, or print the SQL of one."""
    import sqlglot

    from contracts.errors import HubError
    from contracts.load import load_catalog
    from warehouse.build.engine import contract_models

    relations = {name: model.sql for name, model in contract_models(load_catalog()).items() if model.sql}
    if relation is None:
        for name in sorted(relations):
            typer.echo(name)
    elif relation in relations:
        typer.echo(sqlglot.transpile(relations[relation], read="duckdb", write="duckdb", pretty=True)[0])
    else:
        raise HubError(
            "no such relation is made from contracts", where=relation, remedy="`hub contract sql` lists them"
        )


def _write_draft(drafted: DraftedTable, out: Path) -> list[dict[str, str]]:
    """Writes a draft as a file in `out`; one line for each open question, or one with the reason that there is no file."""
    more = f" (and {len(drafted.files) - 1} more)" if len(drafted.files) > 1 else ""
    row = {"file": f"{drafted.files[-1].name}{more}"} | dict.fromkeys(("contract", "column", "decide", "problem"), "")
    if drafted.draft is None:
        return [row | {"problem": drafted.problem}]
    target = out / f"{drafted.draft.table}.odcs.yaml"
    out.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(drafted.draft.text)
    except FileExistsError:
        return [row | {"problem": f"{target} is there already -> move it away, or give another --out"}]
    row["contract"] = str(target)
    return [row | {"column": column, "decide": words} for column, words in drafted.draft.open_questions]


@app.command("diff")
def diff_(before: Path, after: Path, form: FormatOption = Format.TABLE) -> None:
    """List the changes from contract A to B and for whom they break; exit status 1 if B's version grew too little."""
    from contracts.diff import diff

    verdict = diff(_load_sound(before), _load_sound(after))
    rows = [
        {
            "change": change.kind,
            "column": change.column,
            "before": change.before,
            "after": change.after,
            "breaks": "、".join(change.breaks),
            "bump": change.bump.name,
        }
        for change in verdict.changes
    ]
    last = {
        "change": "version fits" if verdict.version_fits else "version too small",
        "column": "",
        "before": verdict.before,
        "after": verdict.after,
        "breaks": "breaking" if verdict.is_breaking else "compatible",
        "bump": verdict.bump.name,
    }
    print_listing(tuple(last), [*rows, last], form)
    raise typer.Exit(1 if verdict.is_breaking and not verdict.version_fits else 0)


def _load_sound(path: Path) -> Table:
    """The one table a contract file describes. ContractError if there is no file or the lint finds a problem."""
    from contracts.errors import ContractError
    from contracts.load import lint

    [file] = _files(path) if path.is_file() else [path]
    if not file.is_file():
        raise ContractError("no contract here", where=str(path), remedy="name a *.odcs.yaml file")
    tables, problems = lint([file])
    if problems:
        remedy = "correct it; `hub contract check` lists every problem"
        raise ContractError(problems[0].message, where=f"{path}:{problems[0].line}", remedy=remedy)
    return tables[0]


def _files(path: Path) -> list[Path]:
    from contracts.errors import ContractError
    from contracts.load import contract_files

    found = [path] if path.is_file() else contract_files(path) or sorted(path.glob("*.odcs.yaml"))
    if not found:
        raise ContractError("no contract here", where=str(path), remedy="name a *.odcs.yaml file or a folder of them")
    return found
