"""Dagster's asset checks: a delivery is in force (after ingest), every table keeps its contract (before publishing)."""

from collections.abc import Iterator

import dagster as dg

from contracts.check_result import CheckResult
from contracts.errors import DeliveryError
from contracts.model import Catalog, Table
from pipelines.orchestration.error_redaction import RETRIES, run_step
from pipelines.orchestration.lineage import lake_key, table_key
from pipelines.orchestration.night import Night

DELIVERY, CONTRACT = "delivery_in_force", "contract"


def delivery_specs(catalog: Catalog) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(DELIVERY, asset=lake_key(t.name), blocking=True) for t in catalog.sources()]


def delivery_check(night: Night, table: Table) -> dg.AssetCheckResult:
    """The check's result: a warning for a refused delivery or none at all; it blocks if one is refused and none in force."""
    refused, in_force = night.not_in_force[table.name], night.in_force[table.name]
    blocks = bool(refused) and not in_force
    if blocks:
        night.error = night.error or DeliveryError(
            f"{table.qualified} has no delivery in force: {refused[-1].why_not}",
            where=refused[-1].file_name,
            remedy=f"ask the office for a corrected file, put it into landing/{table.name}/ and run `hub nightly`",
        )
    return dg.AssetCheckResult(
        check_name=DELIVERY,
        asset_key=lake_key(table.name),
        passed=not refused and bool(in_force),
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description="; ".join(d.why_not for d in refused) if in_force or refused else "nothing was delivered yet",
    )


def contract_checks(catalog: Catalog) -> dg.AssetChecksDefinition:
    """The audit: one blocking check per contract, all before the release."""
    specs = [dg.AssetCheckSpec(CONTRACT, asset=table_key(t), blocking=True) for t in catalog.tables.values()]

    @dg.multi_asset_check(name="audit", specs=specs, required_resource_keys={"night"}, retry_policy=RETRIES)
    def audit(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        night = context.resources.night
        run_step(night, night.audit)
        for table in catalog.tables.values():
            yield _contract_check(table, [r for r in night.results if r.table == table.qualified])

    return audit


def _contract_check(table: Table, results: list[CheckResult]) -> dg.AssetCheckResult:
    broken = [r for r in results if not r.passed]
    blocks = any(r.blocks for r in broken)
    return dg.AssetCheckResult(
        check_name=CONTRACT,
        asset_key=table_key(table),
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description="; ".join(map(str, broken)) or f"{len(results)} checks kept",
        metadata={"checks": len(results), "broken": len(broken)},
    )
