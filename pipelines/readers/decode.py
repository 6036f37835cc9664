"""Which encoding a text file is in, and its text. Strict: a byte that is no text refuses the file.

Not here: what the text means (`csv.py`, `jsonl.py`, `geojson.py`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.refusals import Refusal

PIECE_BYTES = 4 << 20  # about ten pieces, and what they became, are in memory at once
LONGEST_LINE = 64 << 20
SAMPLE_BYTES = 64 << 10
ASCII = bytes(range(128))
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# what ends a line, in bytes; in the other encodings no other character has these bytes in it
LINE_END = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}


@dataclass
class TextFile:
    """A text file. `encoding` is the contract's word for it; without one it is known once text beyond ASCII was read."""

    path: Path
    encoding: str = ""

    def pieces(self) -> Iterator[str]:
        """The text in pieces of about 4 MiB that end with a line's end (LF; CRLF and CR become LF), but for the last.

        Refused: undecodable bytes, with their offset; a line of more than 64 MiB.
        """
        with self.path.open("rb") as file:
            chunk = file.read(PIECE_BYTES)
            mark = self._settle(chunk)
            offset, rest = len(mark), chunk[len(mark) :]
            while chunk:
                chunk = file.read(PIECE_BYTES)
                rest += chunk
                cut = self._cut(rest) if chunk else len(rest)
                if not cut and len(rest) > LONGEST_LINE:
                    raise Refusal("endless_line", self.path.name, offset=offset >> 20, limit=LONGEST_LINE >> 20)
                if cut:
                    yield self._text(rest[:cut], offset)
                    offset, rest = offset + cut, rest[cut:]

    def _settle(self, chunk: bytes) -> bytes:
        """Take the encoding from the file's mark, if it has one; the mark."""
        mark = next((mark for mark in MARKS if chunk.startswith(mark)), b"")
        if mark:
            self.encoding = MARKS[mark]
        elif self.encoding:
            self.encoding = codecs.lookup(self.encoding).name
            if self.encoding == "utf-16":  # which of the two, only its mark could say
                raise Refusal("encoding", self.path.name, offset=0)
        return mark

    def _cut(self, chunk: bytes) -> int:
        """How many bytes are whole lines."""
        end = LINE_END.get(self.encoding, b"\n")
        at = chunk.rfind(end)
        while at > 0 and at % len(end):  # in UTF-16 the halves of two characters may look like a line's end
            at = chunk.rfind(end, 0, at + len(end) - 1)
        if at < 0 and len(end) == 1:  # an old line's end, unless what follows makes it CRLF
            at = chunk.rfind(b"\r", 0, len(chunk) - 1)
        return at + len(end) if at >= 0 else 0

    def _text(self, lines: bytes, offset: int) -> str:
        """UTF-8, or else GB18030, as Excel on a Chinese Windows writes, settled by the first piece beyond ASCII; ASCII
        reads the same in both.
        """
        if not self.encoding and not lines.isascii():
            self.encoding = _utf_8_or_gb18030(lines)
        try:
            text = lines.decode(self.encoding or "ascii")
        except UnicodeDecodeError as error:
            raise Refusal("encoding", self.path.name, offset=offset + error.start) from None
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def found_encoding(path: Path) -> str:
    """What the first piece of a text file says; "" for plain ASCII, and for what is no text."""
    text = TextFile(path)
    with suppress(Refusal, OSError):
        next(text.pieces(), None)
    return text.encoding


def _utf_8_or_gb18030(chunk: bytes) -> str:
    """What most characters from the first beyond ASCII on are; one broken byte does not make UTF-8 another encoding."""
    sample = chunk.lstrip(ASCII)[:SAMPLE_BYTES].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    return "utf-8" if 2 * broken < sum(not c.isascii() for c in sample) else "gb18030"
