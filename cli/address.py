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

READ_SIZE = 1 << 20  # bytes at most; a pipe gives less, and those lines are answered before more are read


def parse(
    within: Annotated[str, typer.Option(help="Area or grid code in which every address is known to lie.")] = "",
) -> None:
    """Read addresses from standard input, one a line, and write for each what it means as one line of JSON."""
    from pipelines.address.release_parser import ReleaseParser

    parser = ReleaseParser(deployment.load_settings(), within)
    for lines in _lines():
        answers = parser.answers(lines)
        sys.stdout.write("".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers))
        sys.stdout.flush()


def _lines() -> Iterator[list[str]]:
    """Yields the complete lines read so far, as they arrive; the last line may lack its line feed."""
    rest = b""
    stream = cast("BufferedReader", sys.stdin.buffer)
    while read := stream.read1(READ_SIZE):
        *complete, rest = (rest + read).split(b"\n")
        if complete:
            yield [_text(line) for line in complete]
    if rest:
        yield [_text(rest)]


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", errors="replace")
