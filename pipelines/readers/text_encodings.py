"""Tells the encoding of text from a sample of its bytes: to choose one of those the hub reads, or to name another in a refusal.

Not here: decoding (`decode.py`).
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping

SAMPLE_BYTES = 64 << 10
SHARE_BYTES = 4 << 10
ASCII = bytes(range(128))
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NAMES: Mapping[str, str] = {
    "big5": "Big5",
    "shift_jis": "Shift-JIS",
    "utf-16-le": "UTF-16 LE (no BOM)",
    "utf-16-be": "UTF-16 BE (no BOM)",
}
# encodings that differ in few characters from one that is told
FAMILY = {"gb2312": "gb18030", "gbk": "gb18030", "utf-8-sig": "utf-8", "big5hkscs": "big5", "cp950": "big5"}
FAMILY |= dict.fromkeys(("cp932", "shift_jis_2004", "shift_jisx0213"), "shift_jis")
EVERYDAY, RARE = 0.9, 0.6  # shares of everyday characters: at least in the right encoding, at most in a wrong one
FEWEST = 8  # characters beyond ASCII from which the shares tell something
# the rows of a character set with the characters of everyday texts (first level, by use): GB/T 2312, Big5
FIRST_LEVEL = (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7)))


def utf_8_or_gb18030(chunk: bytes) -> str:
    """The encoding by most characters beyond ASCII in a sample, so that one broken byte does not rule out UTF-8."""
    sample = chunk.lstrip(ASCII)[:SAMPLE_BYTES].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    return "utf-8" if 2 * broken < sum(not c.isascii() for c in sample) else "gb18030"


def unmarked_utf_16(head: bytes) -> str:
    """utf-16-le or utf-16-be where every second byte is often NUL and there is no byte-order mark; else ""."""
    if head.startswith(tuple(MARKS)):
        return ""
    head = head[:4000].rstrip(b"\0\x1a")  # the padding of a file of DOS
    even, odd = head[::2], head[1::2]
    for encoding, nulls, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if nulls.count(0) > len(nulls) / 20 and others.count(0) <= len(others) / 20:
            return encoding
    return ""


def likely_encoding(head: bytes) -> str:
    """The encoding that a file's first bytes look like, as Python names it; "" if it cannot be told."""
    mark = next((mark for mark in MARKS if head.startswith(mark)), b"")
    if mark or (wide := unmarked_utf_16(head)):
        return MARKS[mark] if mark else wide
    sample = head.lstrip(ASCII)[:SHARE_BYTES]
    if utf_8_or_gb18030(head) == "utf-8":
        return "utf-8"
    if (share := _everyday_share(sample, "gb18030")) >= EVERYDAY:
        return "gb18030"
    fits = [e for e in ("big5", "shift_jis") if _everyday_share(sample, e) >= EVERYDAY]
    return fits[0] if share <= RARE and len(fits) == 1 else ""


def encoding_name(encoding: str) -> str:
    """The name for people: `GB18030`, `Big5`."""
    return NAMES.get(encoding) or encoding.upper()


def _everyday_share(sample: bytes, encoding: str) -> float:
    """The share of everyday characters among those beyond ASCII; broken ones count as rare."""
    unusual = [c for c in sample.decode(encoding, "replace") if not c.isascii()]
    return sum(map(_is_everyday, unusual)) / len(unusual) if len(unusual) >= FEWEST else 0.0


def _is_everyday(character: str) -> bool:
    if "\u3001" <= character <= "\u30ff" or "\uff01" <= character <= "\uff5e":  # punctuation, kana, full width
        return True
    for charset, rows in FIRST_LEVEL:
        try:
            if character.encode(charset)[0] in rows:
                return True
        except UnicodeEncodeError:
            continue
    return False
