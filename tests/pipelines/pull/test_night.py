"""Fetching inside a night: a failure is reported, and everything else goes on."""

from __future__ import annotations

import pytest

from contracts.model import Catalog
from pipelines.orchestration.night import Night
from pipelines.orchestration.nightly import warnings
from tests.pipelines.office import CATALOG, csv_text, resident
from tests.pipelines.pull.fetching import PullHub


@pytest.mark.slow
def test_what_cannot_be_fetched_is_told_and_the_night_goes_on(hub: PullHub) -> None:
    elsewhere = hub.settings.home / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "人口信息_20240301.csv").write_text(csv_text([resident(1)]), encoding="utf-8")
    settings = hub.settings.model_copy(update={"landing_url": f"file://{elsewhere}"})
    hub.contract("permit", kind="query", secret="permits_db", query="select * from permits")
    tables = {"source.resident": CATALOG.tables["source.resident"], **hub.catalog.tables}
    night = Night(settings, Catalog(tables))
    with night.alone():
        night.ingest()
    assert [delivery.file_name for delivery in night.in_force["resident"]] == ["人口信息_20240301.csv"]
    assert night.in_force["permit"] == []
    [warning] = warnings(night)
    assert warning.startswith("permit: ")
    assert "there is no secret permits_db -> write it into this file" in warning
