"""Derives the assets and their dependencies from the contracts and the SQL.

`landing/resident` (a folder) → `lake/resident` (accepted rows) → `source/resident`, `city/person` … → `release`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import dagster as dg

from contracts.errors import HubError
from contracts.model import Catalog, Table
from pipelines.python_models import PYTHON_MODELS
from warehouse.build.engine import dependencies, models, plan
from warehouse.build.sources import SPELLING
from warehouse.build.sql_files import SqlFile
from warehouse.cross_check.library import library

RELEASE = dg.AssetKey("release")
LAKE = "lake_"


def table_key(table: Table) -> dg.AssetKey:
    return dg.AssetKey([table.layer, table.name])


def lake_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["lake", name])


def landing_specs(catalog: Catalog) -> list[dg.AssetSpec]:
    """The offices' folders, which no step makes."""
    return [
        dg.AssetSpec(["landing", t.name], group_name="landing", description=f"{t.business_name}: files as delivered")
        for t in catalog.sources()
    ]


def lake_specs(catalog: Catalog) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            lake_key(t.name),
            deps=[dg.AssetKey(["landing", t.name])],
            group_name="lake",
            kinds={"polars", "parquet"},
            description=f"{t.business_name}: accepted rows of every delivery",
        )
        for t in catalog.sources()
    ]


def in_build_order(catalog: Catalog) -> list[Table]:
    """All contracted tables, each after its dependencies; those without a model (`finding`, `release`) come last."""
    order = {relation: i for i, relation in enumerate(plan(catalog, models(), PYTHON_MODELS))}
    return sorted(catalog.tables.values(), key=lambda t: order.get(t.relation, len(order)))


def table_specs(catalog: Catalog) -> list[dg.AssetSpec]:
    """One asset per contracted table of the candidate database."""
    reads = dependencies(catalog, models(), PYTHON_MODELS)
    reads["finding"] = _rules_read()
    upstream = _upstream(reads, catalog)
    return [
        dg.AssetSpec(
            table_key(t),
            deps=sorted(upstream(t.relation), key=str),
            group_name=t.layer,
            kinds={"duckdb", "sql"},
            description=f"{t.business_name} {t.description}".strip(),
        )
        for t in in_build_order(catalog)
    ]


def _rules_read() -> frozenset[str]:
    """The relations all rules read; a broken rule, which the night skips, counts as reading none."""
    found: set[str] = set()
    for rule in library().rules.values():
        with suppress(HubError):
            found |= SqlFile(rule.name, rule.path, rule.sql).reads
    return frozenset(found)


def _upstream(reads: dict[str, frozenset[str]], catalog: Catalog) -> Callable[[str], frozenset[dg.AssetKey]]:
    """The assets that a relation depends on, directly or through working tables that are not assets."""
    by_relation = {t.relation: t for t in catalog.tables.values()}

    def asset_or_upstream(name: str) -> frozenset[dg.AssetKey]:
        if name == SPELLING:
            return frozenset(lake_key(t.name) for t in catalog.sources() if t.address_columns)
        if name.startswith(LAKE):
            return frozenset({lake_key(name.removeprefix(LAKE))})
        return frozenset({table_key(by_relation[name])}) if name in by_relation else upstream(name)

    @cache  # many relations are reached on many ways
    def upstream(relation: str) -> frozenset[dg.AssetKey]:
        own = {f"{LAKE}{relation.removeprefix('source.')}"} if relation.startswith("source.") else set()
        direct = reads.get(relation, frozenset()) | own
        return frozenset().union(*map(asset_or_upstream, direct - {relation}))

    return upstream
