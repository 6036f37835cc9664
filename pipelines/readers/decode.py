"""Decodes a text file strictly. A byte that cannot be decoded is marked where it stands, and costs only its row.

A whole file is refused where most of it cannot be decoded, or where it looks like another encoding than agreed.
Not here: telling encodings apart (`text_encodings.py`), parsing the text (`csv.py`, `jsonl.py`, `geojson.py`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.refusals import Refusal
from pipelines.readers.text_encodings import (
    ASCII,
    FAMILY,
    MARKS,
    encoding_name,
    likely_encoding,
    unmarked_utf_16,
    utf_8_or_gb18030,
)

READ = "UTF-8 / GB18030"  # where the contract names no encoding
PIECE_BYTES = 4 << 20  # about ten pieces with their rows are in memory at once
LONGEST_LINE = 64 << 20
MOST_UNREADABLE = 0.5  # share of a file's bytes in unreadable lines, above which the file is refused
FEWEST_BROKEN = 4  # characters of an unreadable line; half of those beyond ASCII must be broken, too
MOST_MARKS = 20  # in one line, with places of their own
END_OF_FILE = "\x1a"  # ends a file of DOS and FoxPro
# Unicode keeps U+FDD0 to U+FDEF for marks inside a program: no text to be exchanged has them
BROKEN, BROKEN_END = "\ufdd0", "\ufdd1"
BROKEN_AT = re.compile(rf"{BROKEN}(\d+){BROKEN_END}")
# bytes of a line's end where it is not b"\n"
LINE_END = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}


@dataclass
class TextFile:
    """A text file. `encoding` is the contract's, or "" until text beyond ASCII has been read."""

    path: Path
    encoding: str = ""

    def __post_init__(self) -> None:
        self._agreed, self._unreadable, self._first_broken = self.encoding, 0, -1

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces of about 4 MiB of whole lines; CRLF and CR become LF, a byte that cannot be decoded a mark.

        Refusal: another encoding, at the end also most lines unreadable; a line of more than 64 MiB.
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
                    text = self._text(rest[:cut], offset)
                    yield text if chunk else _without_end_mark(text)
                    offset, rest = offset + cut, rest[cut:]
        if self._unreadable > MOST_UNREADABLE * offset:
            raise self.refusal(self._first_broken)

    def looks_different(self) -> bool:
        """True if the file looks like text in another encoding than it was read in."""
        return bool(self.encoding) and likely_encoding(self._head()) not in ("", self._family)

    def refusal(self, offset: int | None = None) -> Refusal:
        """The refusal for text in another encoding, or in none that is known.

        `offset`, from 0, is the first byte that shows it, by default the first beyond ASCII.
        """
        head = self._head()
        found = likely_encoding(head)
        first = len(head) - len(head.lstrip(ASCII)) if offset is None else offset
        facts = {"offset": first + 1, "expected": encoding_name(self._agreed) if self._agreed else READ}
        if found in ("", self._family):
            return Refusal("not_text", self.path.name, **facts)
        return Refusal("encoding", self.path.name, found=encoding_name(found), **facts)

    @property
    def _family(self) -> str:
        return FAMILY.get(self.encoding, self.encoding)

    def _head(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(PIECE_BYTES)

    def _set_encoding(self, chunk: bytes) -> bytes:
        """Set the encoding from the file's byte-order mark, if it has one; return the mark."""
        mark = next((mark for mark in MARKS if chunk.startswith(mark)), b"")
        if mark:
            self.encoding = MARKS[mark]
        elif self.encoding:
            self.encoding = codecs.lookup(self.encoding).name
            if self.encoding == "utf-16":  # without a byte-order mark the byte order is unknown
                raise self.refusal()
        elif unmarked_utf_16(chunk):
            raise self.refusal()
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
            self.encoding = utf_8_or_gb18030(lines)
            # any bytes are near to GB18030: another encoding would be read without an error, and nonsense believed
            if self.encoding == "gb18030" and likely_encoding(lines) not in ("", "gb18030"):
                raise self.refusal()
        try:
            text = lines.decode(self.encoding or "ascii")
        except UnicodeDecodeError:
            text = "".join(self._marked_lines(lines, offset))
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _marked_lines(self, lines: bytes, offset: int) -> Iterator[str]:
        """Each line's text, with a mark in place of what cannot be decoded; counts the lines that are mostly unreadable."""
        start, end = 0, LINE_END.get(self.encoding, b"\n" if b"\n" in lines else b"\r")
        while start < len(lines):
            stop = lines.find(end, start)
            while stop >= 0 and (stop - start) % len(end):
                stop = lines.find(end, stop + 1)
            stop = stop + len(end) if stop >= 0 else len(lines)
            line = lines[start:stop]
            try:
                yield line.decode(self.encoding)
            except UnicodeDecodeError as error:
                self._first_broken = offset + start + error.start if self._first_broken < 0 else self._first_broken
                yield (text := self._marked(line, offset + start))
                broken = text.count(BROKEN)
                if broken >= FEWEST_BROKEN and 2 * broken > sum(not c.isascii() for c in text) - broken:
                    self._unreadable += len(line)
            start = stop

    def _marked(self, line: bytes, offset: int) -> str:
        """A line's text with marks. Only what is broken is taken away: the delimiter behind half a character stays."""
        parts, at = list[str](), 0
        for _ in range(MOST_MARKS):
            try:
                return "".join((*parts, line[at:].decode(self.encoding)))
            except UnicodeDecodeError as error:
                start, end = at + error.start, at + error.end
                parts += line[at:start].decode(self.encoding), f"{BROKEN}{offset + start}{BROKEN_END}"
                at = end
        mark = f"{BROKEN}{offset + at}{BROKEN_END}"
        return "".join((*parts, line[at:].decode(self.encoding, "replace").replace("\ufffd", mark)))


def broken_at(text: str) -> int | None:
    """The offset in the file, from 0, of the first byte in `text` that could not be decoded; None if there is none."""
    found = BROKEN_AT.search(text)
    return int(found[1]) if found else None


def byte_text(offset: int) -> str:
    """The place of a byte as a receipt shows it, counted from 1."""
    return f"第{offset + 1}字节"


def without_marks(text: str) -> str:
    """`text` with U+FFFD in place of each mark."""
    return BROKEN_AT.sub("\ufffd", text)


def found_encoding(path: Path) -> str:
    """The encoding of a text file's first piece; "" for plain ASCII and for bytes that are not text."""
    text = TextFile(path)
    with suppress(Refusal, OSError):
        next(text.pieces(), None)
    return text.encoding


def _without_end_mark(text: str) -> str:
    """The text without the mark of an end of file and the padding behind it."""
    kept = text.rstrip("\0\n")
    return kept.rstrip(END_OF_FILE) if kept.endswith(END_OF_FILE) else text
