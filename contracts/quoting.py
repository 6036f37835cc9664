"""Names and values quoted for SQL: the one place that knows how, for what cannot be a parameter.

Not here: values of queries, which are parameters (warehouse/access/filters.py).
"""

from __future__ import annotations

from pathlib import Path


def quote_identifier(name: str) -> str:
    """A name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def quote_relation(relation: str) -> str:
    """A relation of a release, quoted with its schema: `person` is `"main"."person"`, which no CTE's name can hide."""
    schema, _, name = relation.rpartition(".")
    return f"{quote_identifier(schema or 'main')}.{quote_identifier(name)}"


def quote_text(value: str | Path) -> str:
    """A text or a path as a SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"
