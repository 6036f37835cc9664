r"""Rewrites regular expressions in contracts so that they mean the same in Polars (Rust) and in DuckDB (RE2).

Rust's `\d` is any digit of any script, RE2's is 0 to 9; a full-width digit must not pass at one end and fail at the other.
"""

from __future__ import annotations

import re

ASCII = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \t\n\r\f\v"}
TOKEN = re.compile(r"\\(.)|([\[\]])|(.)", re.DOTALL)


def portable(pattern: str) -> str:
    r"""The pattern with `\d`, `\w`, `\s` (and negations) spelt out as ASCII classes.

    ValueError if it is no regular expression, or negates a class inside brackets, which the engines do not share.
    """
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"pattern is no regular expression: {error}") from None
    written, inside = [], False
    for escaped, bracket, plain in TOKEN.findall(pattern):
        if bracket:
            inside = bracket == "["
        if escaped and escaped.lower() in ASCII:
            written.append(_class(escaped, inside))
        else:
            written.append(f"\\{escaped}" if escaped else bracket or plain)
    return "".join(written)


def _class(letter: str, inside: bool) -> str:
    if inside and letter.isupper():
        raise ValueError(f"pattern: \\{letter} inside brackets; spell out the characters")
    characters = ASCII[letter.lower()]
    return characters if inside else f"[{'^' if letter.isupper() else ''}{characters}]"
