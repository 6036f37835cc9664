"""How every listing is printed: `--format table|json|csv`."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer


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
    lines = [list(columns), *([_text(row[c]) for c in columns] for row in rows)]
    widths = [max(_width(line[i]) for line in lines) for i in range(len(columns))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(map(_padded, line, widths)).rstrip() for line in lines)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(str(value).splitlines())


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
