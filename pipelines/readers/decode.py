"""Which encoding a text file is in, and its lines. Strict: a byte that is no text refuses the file.

Not here: what a line means (`csv.py`).
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from pipelines.reasons import Refused

PIECE_BYTES = 16 << 20
LONGEST_LINE = 64 << 20


def blocks(path: Path) -> Iterator[list[str]]:
    """The file's lines without their ends (LF, CRLF or CR), in lists that stem from about 16 MiB each.

    Refused: undecodable bytes, with their offset; a line of more than 64 Mi characters.
    """
    row, rest = 1, ""
    for piece in _pieces(path):
        lines = (rest + piece).split("\n")
        rest = lines.pop()
        row += len(lines)
        if len(rest) > LONGEST_LINE:
            raise Refused("endless_line", path.name, row=row - 1, limit=LONGEST_LINE >> 20)
        if lines:
            yield lines
    if rest:
        yield [rest]


def _pieces(path: Path) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(_encoding(path))("strict")
    text = io.IncrementalNewlineDecoder(decoder, translate=True)
    offset = waiting = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(PIECE_BYTES):
                yield text.decode(chunk)
                offset += len(chunk)
                waiting = len(decoder.getstate()[0])
            yield text.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise Refused("encoding", path.name, offset=offset - waiting + error.start) from None


def _encoding(path: Path) -> str:
    """UTF-8 (with or without byte order mark) if all bytes are, else GB18030, as Excel on a Chinese Windows writes."""
    with path.open("rb") as file:
        if file.read(3) == codecs.BOM_UTF8:
            return "utf-8-sig"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            while chunk := file.read(PIECE_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8"
