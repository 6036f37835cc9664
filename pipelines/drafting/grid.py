"""The grid of text cells that every sample becomes. Not here: making one (`cells.py`, `json_cells.py`)."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_ROWS = 20_000
Rows = list[list[str]]
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Grid:
    """The first rows of a file or sheet as text. `merges`: first and last (row, column) of merged cells, from 0.

    `has_header`: the first row is the header for certain, because the format has column names.
    """

    rows: Rows
    sheet: str = ""
    merges: tuple[Merge, ...] = ()
    has_header: bool = False
