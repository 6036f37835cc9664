"""Parses a JSON text that is one list or one FeatureCollection, value by value; shared by GeoJSON and lists of objects.

Not here: rows of the values (`geojson.py`, `jsonl.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.ingest.refusals import Refusal

WHITE = re.compile(r"[ \t\n\r]*")
REPEATED_KEY = object()  # replaces an object that has a key twice


def compact_json(value: Any) -> str:
    """Compact JSON. ValueError: NaN, an infinity or a lone surrogate; TypeError: a repeated key."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()
    return text


def is_json(value: Any) -> bool:
    """True if the value can be written as JSON: no NaN, lone surrogate or repeated key, not too deep."""
    try:
        compact_json(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    return found if len(found) == len(pairs) else REPEATED_KEY


class JsonText:
    """A JSON text, parsed from left to right one value at a time, so that one feature is in memory at a time."""

    _decoder = json.JSONDecoder(object_pairs_hook=_object)

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where, self._at = text, where, 0

    def features(self) -> Iterator[Any]:
        """Yield the features; none of a blank text. Refusal at the end if the text is not one FeatureCollection."""
        if self._is_at_end():
            return
        if not self._passes("{"):
            self._value()
            raise Refusal("not_features", self._where)
        kind, lists, more = "", 0, not self._passes("}")
        while more:
            name = self._value()
            if not isinstance(name, str):
                raise self._unreadable(self._at)
            self._expect(":")
            if name == "features" and self._passes("["):
                lists += 1
                yield from self._items()
            else:
                value = self._value()
                kind = value if name == "type" else kind
            more = self._passes(",")
            if not more:
                self._expect("}")
        if not self._is_at_end():
            raise self._unreadable(self._at)
        if kind != "FeatureCollection" or lists != 1:
            raise Refusal("not_features", self._where)

    def items(self) -> Iterator[Any]:
        """Yield the values of a text that is one list. Refusal, at the end too, if it is none."""
        self._expect("[")
        yield from self._items()
        if not self._is_at_end():
            raise self._unreadable(self._at)

    def _items(self) -> Iterator[Any]:
        """Yield the values of a list whose bracket has been passed."""
        more = not self._passes("]")
        while more:
            yield self._value()
            more = self._passes(",")
            if not more:
                self._expect("]")

    def _value(self) -> Any:
        self._skip()
        try:
            found, self._at = self._decoder.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            raise self._unreadable(error.pos) from None
        except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
            raise self._unreadable(self._at) from None
        return found

    def _skip(self) -> None:
        white = WHITE.match(self._text, self._at)
        assert white
        self._at = white.end()

    def _is_at_end(self) -> bool:
        self._skip()
        return self._at == len(self._text)

    def _passes(self, mark: str) -> bool:
        """True if `mark` comes next, which is then passed."""
        self._skip()
        found = self._text.startswith(mark, self._at)
        self._at += found
        return found

    def _expect(self, mark: str) -> None:
        if not self._passes(mark):
            raise self._unreadable(self._at)

    def _unreadable(self, at: int) -> Refusal:
        line, start = self._text.count("\n", 0, at) + 1, self._text.rfind("\n", 0, at) + 1
        return Refusal("not_json", self._where, line=line, character=at - start + 1)
