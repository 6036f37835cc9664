"""The fields of a prepared row in which a user finds the columns she may see, by her treatment of each column.

Not here: the treatments themselves (access/masking.py), her rows (scope.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.access.grant import Grant
from warehouse.access.masking import MASKS
from warehouse.prepared.layout import ROW_SCOPE, masked_name


class NotPrepared(Exception):
    """A prepared file lacks a field that a user may see: it was made by other contracts, or is not made for her role."""


def shown_fields(grant: Grant, names: Iterable[str]) -> dict[str, str | None]:
    """The name of the field with each column that is not hidden; None if its mask leaves nothing of it.

    NotPrepared if one is not among the `names` of the file's fields.
    """
    require_row_scope(grant)
    known, found = set(names), dict[str, str | None]()
    for name, treatment in grant.treatments.items():
        column = grant.columns[name]
        if treatment == "full":
            found[name] = name
        elif treatment == "mask":
            found[name] = masked_name(column) if column.mask in MASKS else None
    if missing := {*found.values()} - known - {None}:
        raise NotPrepared(f"{grant.table.name}: {sorted(map(str, missing))}")
    return found


def require_row_scope(grant: Grant) -> None:
    """NotPrepared if another column than scope.py knows decides who may see a row of the table."""
    if grant.table.row_scope != ROW_SCOPE[grant.table.name] or not {*grant.table.row_scope} <= grant.columns.keys():
        raise NotPrepared(f"{grant.table.name}: row scope")
