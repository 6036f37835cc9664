"""How every listing is printed: `--format table|json|csv`."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size

NARROWEST = 16  # what a column of text keeps, in characters of ASCII


class Format(StrEnum):
    """The three forms of a listing."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How the listing is printed.")]
Row = Mapping[str, Any]


def print_listing(columns: Sequence[str], rows: Sequence[Row], form: Format) -> None:
    """Print rows with the given columns; JSON keeps types, the others are text with nothing for null."""
    render: dict[Format, Callable[[Sequence[str], Sequence[Row]], str]] = {
        Format.TABLE: _table,
        Format.JSON: _json,
        Format.CSV: _csv,
    }
    typer.echo(render[form](columns, rows), nl=form is not Format.CSV)


def print_listing_with(
    columns: Sequence[str], rows: Sequence[Row], below: str, form: Format, head: str | None = None
) -> None:
    """Print rows that have rows of their own under the key `below`: in JSON and CSV within them, else underneath.

    There a row's own stand under its value of `head`, where that is named.
    """
    if form is not Format.TABLE:
        print_listing((*columns, below), rows, form)
        return
    print_listing(columns, rows, form)
    for row in rows:
        if row[below]:
            typer.echo(f"\n{_text(row[head])}:" if head else "")
            print_listing(tuple(row[below][0]), row[below], form)


def _json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return json.dumps([{c: row[c] for c in columns} for row in rows], ensure_ascii=False, indent=1, default=str)


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row[c]) for c in columns] for row in rows)
    return text.getvalue()


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A terminal gets long text wrapped in its column, a pipe one line for each row; ids are whole in both."""
    lines = [list(columns), *([_text(row[c]) for c in columns] for row in rows)]
    return _wrapped(lines, shutil.get_terminal_size().columns) if sys.stdout.isatty() else _aligned(lines)


def _aligned(lines: list[list[str]]) -> str:
    """Not by rich's Table, which takes a millisecond a row: whole tables are piped."""
    widths = _widths(lines)
    lines.insert(1, ["-" * width for width in widths])
    padded = ((set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join("  ".join(line).rstrip() for line in padded)


def _wrapped(lines: list[list[str]], terminal: int) -> str:
    """At most as wide as the terminal, unless what must stay whole is wider: a word of ASCII may be an id."""
    from rich.console import Console  # late: only a terminal needs it
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for width, *cells in zip(_widths(lines), *lines, strict=True):
        is_prose = any(" " in cell or not cell.isascii() for cell in cells)
        table.add_column(no_wrap=not is_prose, min_width=min(width, NARROWEST) if is_prose else width, overflow="fold")
    head, *rows = lines
    table.add_row(*map(Text, head))
    table.add_row(*(Rule(characters="-", style="none") for _ in head))
    for row in rows:
        table.add_row(*map(Text, row))
    text = io.StringIO()
    Console(file=text, width=terminal, color_system=None).print(table, crop=False)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _widths(lines: list[list[str]]) -> list[int]:
    """Columns on a terminal: a Chinese character takes two."""
    return [max(map(cell_len, column)) for column in zip(*lines, strict=True)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(str(value).splitlines())
