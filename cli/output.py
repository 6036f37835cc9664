"""Prints every listing as `--format table|json|csv` asks."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size

from contracts.errors import HubError

MIN_PROSE_WIDTH = 16  # columns on a terminal


class Format(StrEnum):
    """The three forms of a listing."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How the listing is printed.")]
Row = Mapping[str, Any]


def print_listing(columns: Sequence[str], rows: Sequence[Row], form: Format) -> None:
    """Print rows with the given columns; JSON keeps types, table and CSV are text in which null is empty."""
    render: dict[Format, Callable[[Sequence[str], Sequence[Row]], str]] = {
        Format.TABLE: _table,
        Format.JSON: _json,
        Format.CSV: _csv,
    }
    typer.echo(render[form](columns, rows), nl=form is not Format.CSV)


def print_problems(problems: Iterable[HubError], form: Format, well: str) -> None:
    """Print damaged files with their remedies, or that all is `well`, and exit with status 1 or 0."""
    rows = [{"file": problem.where, "problem": problem.what, "remedy": problem.remedy} for problem in problems]
    if rows or form is not Format.TABLE:
        print_listing(("file", "problem", "remedy"), rows, form)
    else:
        typer.echo(well)
    raise typer.Exit(1 if rows else 0)


def print_nested_listing(
    columns: Sequence[str], rows: Sequence[Row], children: str, form: Format, head: str | None = None
) -> None:
    """Print rows that hold rows of their own under the key `children`: in JSON and CSV inside the row, in a table below it.

    In a table the value of the column `head`, if named, is the heading of a row's children.
    """
    if form is not Format.TABLE:
        print_listing((*columns, children), rows, form)
        return
    print_listing(columns, rows, form)
    for row in rows:
        if row[children]:
            typer.echo(f"\n{_text(row[head])}:" if head else "")
            print_listing(tuple(row[children][0]), row[children], form)


def _json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return json.dumps([{c: row[c] for c in columns} for row in rows], ensure_ascii=False, indent=1, default=str)


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row[c]) for c in columns] for row in rows)
    return text.getvalue()


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A terminal gets prose wrapped in its column, a pipe one line for each row; ids are never broken."""
    lines = [list(columns), *([_text(row[c]) for c in columns] for row in rows)]
    return _wrap(lines, shutil.get_terminal_size().columns) if sys.stdout.isatty() else _align(lines)


def _align(lines: list[list[str]]) -> str:
    """Pads each column to its widest cell. Not with rich's Table, which takes a millisecond a row: whole tables are piped."""
    widths = _widths(lines)
    lines.insert(1, ["-" * width for width in widths])
    padded = ((set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join("  ".join(line).rstrip() for line in padded)


def _wrap(lines: list[list[str]], terminal: int) -> str:
    """Wraps prose so that lines fit the terminal; a word of ASCII may be an id and is never broken, even if it is wider."""
    from rich.console import Console  # late: only a terminal needs it
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for width, *cells in zip(_widths(lines), *lines, strict=True):
        is_prose = any(" " in cell or not cell.isascii() for cell in cells)
        table.add_column(
            no_wrap=not is_prose, min_width=min(width, MIN_PROSE_WIDTH) if is_prose else width, overflow="fold"
        )
    head, *rows = lines
    table.add_row(*map(Text, head))
    table.add_row(*(Rule(characters="-", style="none") for _ in head))
    for row in rows:
        table.add_row(*map(Text, row))
    text = io.StringIO()
    Console(file=text, width=terminal, color_system=None).print(table, crop=False)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _widths(lines: list[list[str]]) -> list[int]:
    """The width of each column in terminal cells: a Chinese character takes two."""
    return [max(map(cell_len, column)) for column in zip(*lines, strict=True)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(str(value).splitlines())
