"""`hub address parse`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cli import deployment

if TYPE_CHECKING:
    from io import BufferedReader

AT_ONCE = 1 << 20  # bytes; a pipe gives less, and what it gives is answered before more is waited for


def parse(
    within: Annotated[str, typer.Option(help="Area or grid code in which every address is known to lie.")] = "",
) -> None:
    """Read addresses from standard input, one a line, and write for each what it means as one line of JSON."""
    from pipelines.address.release_parser import ReleaseParser

    parser = ReleaseParser(deployment.settings(), within)
    for lines in _lines():
        answers = parser.answers(lines)
        sys.stdout.write("".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers))
        sys.stdout.flush()


def _lines() -> Iterator[list[str]]:
    """The lines that have come, as they come; the last one may lack its end."""
    begun = b""
    stream = cast("BufferedReader", sys.stdin.buffer)
    while read := stream.read1(AT_ONCE):
        *whole, begun = (begun + read).split(b"\n")
        if whole:
            yield [_text(line) for line in whole]
    if begun:
        yield [_text(begun)]


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", errors="replace")
