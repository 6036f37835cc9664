"""Finds the fragments of records that a line break without quotes cut in two or more.

Not here: lines that are records by themselves (`records.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

MOST_FRAGMENTS = 50  # of one record


def fragments(sizes: Mapping[int, int], width: int) -> set[int]:
    """The positions of lines that follow one another and together have `width` fields, the header's number.

    `sizes` gives by position the number of fields of the lines that have fewer. Where more lines are equally short than make
    one record, each is whole: Excel leaves off the same empty fields of many rows.
    """
    found = set[int]()
    for run in _runs(sizes):
        fields = [sizes[at] for at in run]
        times = Counter(fields)
        for first, after in _joined(fields, width):
            joined = fields[first:after]
            if len(set(joined)) > 1 or times[joined[0]] == len(joined):
                found |= set(run[first:after])
    return found


def _joined(fields: Sequence[int], width: int) -> Iterator[tuple[int, int]]:
    """First and after last of the neighbours whose fields, joined, are `width`: the last of one is the first of the next."""
    for first, total in enumerate(fields):
        after = first + 1
        while after < min(len(fields), first + MOST_FRAGMENTS) and total + fields[after] - 1 <= width:
            total, after = total + fields[after] - 1, after + 1
        if total == width and after - first > 1:
            yield first, after


def _runs(places: Iterable[int]) -> Iterator[list[int]]:
    """Places that follow one another, grouped."""
    for _, run in groupby(enumerate(sorted(places)), key=lambda pair: pair[1] - pair[0]):
        yield [place for _, place in run]
