"""Dagster's assets of the night: three coarse steps that make many assets (a step costs time, an asset hardly any).

Not here: the work of a step (`night.py`), the assets' dependencies (`lineage.py`), the checks (`checks.py`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from contracts.model import Catalog
from pipelines.orchestration.checks import delivery_check, delivery_specs
from pipelines.orchestration.error_redaction import RETRIES, run_step
from pipelines.orchestration.lineage import RELEASE, in_build_order, lake_key, lake_specs, table_key, table_specs


def nightly_assets(catalog: Catalog) -> list[dg.AssetsDefinition]:
    """The assets in order: ingest → build → (audit, in checks.py) → release."""

    @dg.multi_asset(
        specs=lake_specs(catalog),
        check_specs=delivery_specs(catalog),
        required_resource_keys={"night"},
        retry_policy=RETRIES,
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        night = context.resources.night
        run_step(night, night.ingest)
        for table in catalog.sources():
            deliveries = night.in_force[table.name]
            yield dg.MaterializeResult(
                asset_key=lake_key(table.name),
                metadata={
                    "deliveries": len(deliveries),
                    "rows_read": sum(d.read for d in deliveries),
                    "rows_accepted": sum(d.accepted for d in deliveries),
                    "rows_rejected": sum(d.rejected for d in deliveries),
                },
                check_results=[delivery_check(night, table)],
            )

    @dg.multi_asset(specs=table_specs(catalog), required_resource_keys={"night"}, retry_policy=RETRIES)
    def build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        night = context.resources.night
        run_step(night, night.consolidate, night.cross_check)
        for table in in_build_order(catalog):
            rows = {"dagster/row_count": night.rows[table.relation]}
            yield dg.MaterializeResult(asset_key=table_key(table), metadata=rows)

    @dg.asset(
        key=RELEASE,
        deps=[table_key(t) for t in catalog.tables.values()],
        required_resource_keys={"night"},
        retry_policy=RETRIES,
        kinds={"duckdb"},
        description="What the API serves: releases/<id>/, named by releases/CURRENT",
    )
    def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        night = context.resources.night
        run_step(night, night.publish)
        findings = {f"findings {name}": run.findings for name, run in night.rules.items()}
        return dg.MaterializeResult(
            metadata={"release": night.release_id, "content_hash": night.content_hash, **findings}
        )

    return [ingest, build, publish]
