"""Which encoding a text file is in, and its text. Strict: a byte that is no text refuses the file.

Not here: what a line means (`csv.py`, `jsonl.py`).
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.reasons import Refused

PIECE_BYTES = 4 << 20  # about ten pieces, and what they became, are in memory at once
LONGEST_LINE = 64 << 20
SAMPLE_BYTES = 64 << 10
ASCII = bytes(range(128))
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass
class TextFile:
    """A text file of a known or unknown `encoding`; it is known once text beyond ASCII has been read."""

    path: Path
    encoding: str = ""

    def pieces(self) -> Iterator[str]:
        """The text in pieces of about 4 MiB that end with a line's end (LF; CRLF and CR become LF), but for the last.

        Refused: undecodable bytes, with their offset; a line of more than 64 Mi characters.
        """
        row, rest = 1, ""
        for text in self._decoded():
            head, end, tail = text.rpartition("\n")
            if end:
                yield rest + head + end
                row += head.count("\n") + 1
                rest = tail
            else:
                rest += tail
            if len(rest) > LONGEST_LINE:
                raise Refused("endless_line", self.path.name, row=row - 1, limit=LONGEST_LINE >> 20)
        if rest:
            yield rest

    def _decoded(self) -> Iterator[str]:
        """The encoding is settled by a mark, by the contract, or by the first piece with a byte beyond ASCII: UTF-8,
        or else GB18030, as Excel on a Chinese Windows writes. ASCII reads the same in both.
        """
        offset = waiting = 0
        decoder: codecs.IncrementalDecoder | None = None
        text = io.IncrementalNewlineDecoder(None, translate=True)
        with self.path.open("rb") as file:
            try:
                while chunk := file.read(PIECE_BYTES):
                    decoder = decoder or self._settled(chunk)
                    yield text.decode(decoder.decode(chunk) if decoder else chunk.decode("ascii"))
                    offset += len(chunk)
                    waiting = len(decoder.getstate()[0]) if decoder else 0
                yield text.decode(decoder.decode(b"", final=True) if decoder else "", final=True)
            except UnicodeDecodeError as error:
                raise Refused("encoding", self.path.name, offset=offset - waiting + error.start) from None
            except UnicodeError:  # UTF-16 that does not begin with its mark, where the contract asks for one
                raise Refused("encoding", self.path.name, offset=offset) from None

    def _settled(self, chunk: bytes) -> codecs.IncrementalDecoder | None:
        """The decoder for a file whose text so far was ASCII; None while it still is."""
        if not self.encoding:
            marked = (name for mark, name in MARKS.items() if chunk.startswith(mark))
            self.encoding = next(marked, "") or ("" if chunk.isascii() else _utf_8_or_gb18030(chunk))
        return codecs.getincrementaldecoder(self.encoding)("strict") if self.encoding else None


def _utf_8_or_gb18030(chunk: bytes) -> str:
    """What most characters from the first beyond ASCII on are; one broken byte does not make UTF-8 another encoding."""
    sample = chunk.lstrip(ASCII)[:SAMPLE_BYTES].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    return "utf-8" if 2 * broken < sum(not c.isascii() for c in sample) else "gb18030"
