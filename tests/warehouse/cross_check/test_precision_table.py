"""The precision of rules is in the candidate, and findings of a rule that is stopped in their area are marked so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from contracts.load import load_catalog
from warehouse.build.sql_files import read_file
from warehouse.casebook.casebook import Casebook
from warehouse.casebook.finding_log import load_known
from warehouse.casebook.tables import verdicts
from warehouse.cross_check.decisions import decide
from warehouse.cross_check.decisions import history as decisions
from warehouse.cross_check.precision_table import make_rule_precision
from warehouse.cross_check.resolution_table import load_resolutions
from warehouse.cross_check.run import FINDING_SQL
from warehouse.fieldwork.verdicts import history as given

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HERE, THERE = "140213052001001", "140214001001001"


def wrong(casebook: Casebook, finding: int, grid: str) -> None:
    row = {
        "visit_key": None, "finding_id": f"f{finding}", "rule": "split", "evidence_hash": "e", "stop_id": "d", "grid_code": grid,
        "verdict": "wrong", "reason_code": "matches", "seen_on": date(2026, 11, 20), "proof": "seen", "note": "",
        "given_by": "worker", "role": "grid_worker", "release_id": "r1",
    }  # fmt: skip
    casebook.ledger.once(verdicts, f"verdict-{finding:04}", {"n": finding}, row)


def test_a_stopped_rules_findings_are_stopped_where_it_is_stopped(tmp_path: Path) -> None:
    with Casebook(f"sqlite:///{tmp_path}/casebook.sqlite", now=lambda: NOW) as casebook:
        for n in range(100):
            wrong(casebook, n, HERE)
        decide(casebook, "key-0001", "vacant", "140214", "stopped", "no visits there", "sun.super", state="running")
        decide(
            casebook,
            "key-0002",
            "split",
            "140214",
            "restarted",
            "a new file came",
            "sun.super",
            state="stopped_by_figures",
        )
        with duckdb.connect() as connection:
            connection.execute("create table area as select '140213052001001' as area_code, 'grid' as level")
            connection.execute(
                "create temp table found as select 'f' as finding_id, 's' as subject_id, 'd' as dwelling_id, "
                "'e' as evidence_hash, *"
                f" from (values ('split', '{HERE}'), ('split', '{THERE}'), ('split', null), ('vacant', '{HERE}'),"
                f" ('vacant', '{THERE}')) t(rule, grid_code)"
            )
            connection.execute("create table delivery as select date '2026-11-01' as delivered_on")
            load_known(connection, casebook)
            load_resolutions(connection, [])
            figures = make_rule_precision(
                connection, load_catalog(), given(casebook), decisions(casebook), ["split", "vacant"]
            )
            stopped = connection.execute(
                f"select rule, grid_code, status = 'stopped' from ({read_file(FINDING_SQL).sql}) as f"
            ).fetchall()
            kept = connection.execute(
                "select area_code, confirmed, wrong, share, state, since from rule_figure where rule = 'split' order by 1"
            ).fetchall()
    assert len(figures) == 10
    assert sorted(stopped, key=str) == [
        ("split", HERE, True), ("split", THERE, False), ("split", None, True), ("vacant", HERE, False), ("vacant", THERE, True),
    ]  # fmt: skip
    counted, since = (0, 100, 0.0, "stopped_by_figures", None), NOW.replace(tzinfo=None)
    assert kept == [
        ("", *counted), ("140213", *counted), ("140213052", *counted),
        ("140214", 0, 0, None, "running", since), ("140214001", 0, 0, None, "running", since),
    ]  # fmt: skip
