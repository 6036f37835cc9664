"""Dagster's definitions, which `workspace.yaml` names. Nothing happens at import."""

from __future__ import annotations

import dagster as dg

from contracts.load import load_catalog
from pipelines.orchestration.alerts import JOB, failure_alert
from pipelines.orchestration.assets import nightly_assets
from pipelines.orchestration.checks import contract_checks
from pipelines.orchestration.lineage import landing_specs
from pipelines.orchestration.night import Night
from pipelines.orchestration.resources import night_resource
from pipelines.orchestration.schedules import landing_sensor, nightly_schedule
from warehouse.settings import Settings


def build_defs(settings: Settings | None = None, night: Night | None = None) -> dg.Definitions:
    """The definitions of a deployment. A caller that runs one night passes it in as `night` and reads it afterwards."""
    settings = settings or Settings()
    catalog = night.catalog if night else load_catalog()
    return dg.Definitions(
        assets=[*landing_specs(catalog), *nightly_assets(catalog)],
        asset_checks=[contract_checks(catalog)],
        jobs=[dg.define_asset_job(JOB, executor_def=dg.in_process_executor)],  # steps hand on state
        schedules=[nightly_schedule(settings)],
        sensors=[landing_sensor(settings), failure_alert(settings)],
        resources={"night": night_resource(lambda progress: night or Night(settings, catalog, progress))},
        executor=dg.in_process_executor,
    )


@dg.definitions
def definitions() -> dg.Definitions:
    return build_defs()
