"""Relations that no SQL file makes: code reads relations already built and adds one of its own to the same connection.

Belongs here: the shape of such a maker, which the engine plans and runs like a model. Does not: any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb

from warehouse.settings import Settings


@dataclass(frozen=True)
class PythonModel:
    """`make(connection, settings)` leaves the relation (a temp table or view of its name) from those it `reads`. What a
    view reads stays for the view's readers. `sql` is the select where code wrote one."""

    make: Callable[[duckdb.DuckDBPyConnection, Settings], object]
    reads: frozenset[str] = field(default_factory=frozenset)
    is_view: bool = False
    sql: str = ""


PythonModels = Mapping[str, PythonModel]


def generated_model(name: str, sql: str, reads: frozenset[str] = frozenset(), is_view: bool = False) -> PythonModel:
    """A relation that SQL written by code makes."""
    create = f"create temp {'view' if is_view else 'table'} {name} as {sql}"
    return PythonModel(lambda connection, _: connection.execute(create), reads, is_view, sql)
