"""Python models: code that reads relations already built and adds one of its own to the same connection.

Belongs here: the interface of such a model, which the engine plans and runs like an SQL model. Does not: the models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb

from warehouse.settings import Settings


@dataclass(frozen=True)
class PythonModel:
    """A relation made by code: `make(connection, settings)` creates a temp table or view of its name from those it `reads`.

    Relations that a view reads are kept for the view's readers. `sql` is the select if the model is generated SQL.
    """

    make: Callable[[duckdb.DuckDBPyConnection, Settings], object]
    reads: frozenset[str] = field(default_factory=frozenset)
    is_view: bool = False
    sql: str = ""


PythonModels = Mapping[str, PythonModel]


def generated_model(name: str, sql: str, reads: frozenset[str] = frozenset(), is_view: bool = False) -> PythonModel:
    """A model of generated SQL."""
    create = f"create temp {'view' if is_view else 'table'} {name} as {sql}"
    return PythonModel(lambda connection, _: connection.execute(create), reads, is_view, sql)
