"""What every reader yields, and how an office's header row becomes our column names.

Not here: what the values mean (`pipelines/clean.py`), nor any file format.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from contracts.model import Table
from pipelines.reasons import Refused


@dataclass(frozen=True)
class Batch:
    """Some rows of a file as text: a column per contracted column, under our names, in the contract's order.

    `frame` has blank rows too: its row i is row `first_row + i` as Excel counts. `malformed` is true where a line could
    not be cut into as many fields as the header has; such a row is empty. `sheet` is "" where a file has none.
    """

    first_row: int
    frame: pl.DataFrame
    malformed: pl.Series
    sheet: str = ""
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """A header row that has every contracted column.

    `positions`: contracted name → field. `width` counts the fields without the `spare` empty ones at the end.
    `unknown` are the names no contract has.
    """

    positions: dict[str, int]
    width: int
    spare: int
    unknown: tuple[str, ...]


def match_header(cells: Sequence[str], table: Table, where: str) -> Header:
    """The contract's columns in a header row. Refused: what is missing, each with the closest header there is."""
    found = [plain(cell) for cell in cells]
    while found and not found[-1]:
        found.pop()
    wanted = {plain(c.physical_name): c for c in table.columns}
    unknown = [name for name in found if name and name not in wanted]
    # where no header is known the row may be data, and data is not repeated in messages
    candidates = unknown if len(unknown) < len([name for name in found if name]) else []
    missing = [_with_closest(c.physical_name, candidates) for name, c in wanted.items() if name not in found]
    if missing:
        row = table.layout.header_row if table.layout else 1
        raise Refused("missing_column", where, columns="、".join(missing), row=row)
    repeated = sorted(name for name in wanted if found.count(name) > 1)
    if repeated:
        raise Refused("repeated_column", where, columns="、".join(repeated))
    return Header(
        {c.name: found.index(name) for name, c in wanted.items()}, len(found), len(cells) - len(found), tuple(unknown)
    )


def _with_closest(name: str, candidates: list[str]) -> str:
    closest = get_close_matches(plain(name), candidates, n=1)
    return f"{name}（≈ {closest[0]} ?）" if closest else name


def plain(header: str) -> str:
    """A header as it is compared: half-width, without white space."""
    return "".join(unicodedata.normalize("NFKC", header).split())
