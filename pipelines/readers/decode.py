"""Detects a text file's encoding and decodes it strictly: an undecodable byte refuses the file.

Not here: parsing the text (`csv.py`, `jsonl.py`, `geojson.py`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.refusals import Refusal

PIECE_BYTES = 4 << 20  # about ten pieces with their rows are in memory at once
LONGEST_LINE = 64 << 20
SAMPLE_BYTES = 64 << 10
ASCII = bytes(range(128))
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# bytes of a line's end where it is not b"\n"
LINE_END = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}


@dataclass
class TextFile:
    """A text file. `encoding` is the contract's, or "" until text beyond ASCII has been read."""

    path: Path
    encoding: str = ""

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces of about 4 MiB of whole lines; CRLF and CR become LF.

        Refusal: undecodable bytes, with their offset; a line of more than 64 MiB.
        """
        with self.path.open("rb") as file:
            chunk = file.read(PIECE_BYTES)
            mark = self._set_encoding(chunk)
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

    def _set_encoding(self, chunk: bytes) -> bytes:
        """Set the encoding from the file's byte-order mark, if it has one; return the mark."""
        mark = next((mark for mark in MARKS if chunk.startswith(mark)), b"")
        if mark:
            self.encoding = MARKS[mark]
        elif self.encoding:
            self.encoding = codecs.lookup(self.encoding).name
            if self.encoding == "utf-16":  # without a byte-order mark the byte order is unknown
                raise Refusal("encoding", self.path.name, offset=0)
        return mark

    def _cut(self, chunk: bytes) -> int:
        """The number of bytes in whole lines."""
        end = LINE_END.get(self.encoding, b"\n")
        at = chunk.rfind(end)
        while at > 0 and at % len(end):  # in UTF-16, halves of two characters may equal a line's end
            at = chunk.rfind(end, 0, at + len(end) - 1)
        if at < 0 and len(end) == 1:  # a lone CR, unless an LF follows
            at = chunk.rfind(b"\r", 0, len(chunk) - 1)
        return at + len(end) if at >= 0 else 0

    def _text(self, lines: bytes, offset: int) -> str:
        """Decode whole lines; the first piece beyond ASCII decides between UTF-8 and GB18030 (Excel on Chinese Windows)."""
        if not self.encoding and not lines.isascii():
            self.encoding = _utf_8_or_gb18030(lines)
        try:
            text = lines.decode(self.encoding or "ascii")
        except UnicodeDecodeError as error:
            raise Refusal("encoding", self.path.name, offset=offset + error.start) from None
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def found_encoding(path: Path) -> str:
    """The encoding of a text file's first piece; "" for plain ASCII and for bytes that are not text."""
    text = TextFile(path)
    with suppress(Refusal, OSError):
        next(text.pieces(), None)
    return text.encoding


def _utf_8_or_gb18030(chunk: bytes) -> str:
    """The encoding by most characters beyond ASCII in a sample, so that one broken byte does not rule out UTF-8."""
    sample = chunk.lstrip(ASCII)[:SAMPLE_BYTES].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    return "utf-8" if 2 * broken < sum(not c.isascii() for c in sample) else "gb18030"
