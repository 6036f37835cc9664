"""Templates that turn the fields of prepared rows into the JSON that their response model would give.

A template is made by serialising a row of place-holders through the model: order and form of the fields are the model's own.
Not here: which rows (warehouse/prepared/scope.py), the whole answer (prepared_home.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from warehouse.access.grant import Grant
from warehouse.prepared.columns import shown_fields
from warehouse.prepared.layout import NULL
from warehouse.prepared.reader import Fields

Labels = Mapping[str, Mapping[str, str]]  # by column, of those that have a code list


@dataclass(frozen=True)
class Pick:
    """The place of a field in its row, and the label of each JSON code if the label is shown instead of the field."""

    at: int
    labels: Mapping[bytes, bytes] | None = None


Source = Pick | bytes  # a field of the row, or JSON that is the same in all rows


class RowTemplate:
    """Renders rows as one model. `sources` has a field's place, or JSON that is the same in all rows, by name in order."""

    def __init__(self, model: type[BaseModel], sources: Mapping[str, Source]) -> None:
        holders: dict[str, Any] = {name: f"\x00{n}\x00" for n, name in enumerate(sources)}
        text = model.model_construct(**holders).model_dump_json(warnings=False).replace("%", "%%")
        picks = []
        for name, holder in holders.items():
            before, found, after = text.partition(json.dumps(holder))
            assert found, f"{model.__name__} does not show {name}"
            text = before + f"\x00{name}\x00" + after
        parts = text.split("\x00")
        for n, name in enumerate(parts[1::2]):
            source = sources[name]
            parts[2 * n + 1] = source.decode().replace("%", "%%") if isinstance(source, bytes) else "%s"
            if isinstance(source, Pick):
                picks.append(source)
        self._text, self._picks = "".join(parts).encode(), [(pick.at, pick.labels) for pick in picks]

    def render(self, fields: Fields) -> bytes:
        """The row as JSON."""
        return self._text % tuple(
            [fields[at] if labels is None else labels.get(fields[at], NULL) for at, labels in self._picks]
        )

    def render_all(self, rows: Sequence[Fields]) -> bytes:
        """The rows as a JSON list."""
        return b"[%s]" % b",".join(map(self.render, rows))


def column_sources(grant: Grant, names: Sequence[str], labels: Labels | None = None) -> dict[str, Source]:
    """The sources of a table's columns as the role sees them, then of their labels. NotPrepared if a field is not in `names`."""
    shown = shown_fields(grant, names)
    found: dict[str, Source] = {name: Pick(names.index(field)) if field else NULL for name, field in shown.items()}
    coded = {name: codes for name, codes in (labels or {}).items() if name in found}
    return found | {f"{name}_label": label_source(found[name], codes) for name, codes in coded.items()}


def label_source(source: Source, labels: Mapping[str, str]) -> Source:
    """The source of the label of a coded field."""
    codes = {as_json(code): as_json(label) for code, label in labels.items()}
    return codes.get(source, NULL) if isinstance(source, bytes) else Pick(source.at, codes)


def as_json(value: Any) -> bytes:
    """The value as an answer has it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
