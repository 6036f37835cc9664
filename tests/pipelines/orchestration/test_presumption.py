"""Presumption of innocence: an open finding changes no served data about a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.python_models import PYTHON_MODELS
from tests.pipelines.office import CATALOG
from tests.pipelines.town import Release, Town, copy_of, holds, home, lives
from warehouse.build.engine import MACROS, dependencies, models
from warehouse.build.sql_files import read_folder
from warehouse.cross_check import run

pytestmark = pytest.mark.slow

ABOUT_FINDINGS = {"finding", "finding_evidence", "finding_resolution", "stop", "rule_figure"}


def served_tables(known: Release) -> dict[str, object]:
    """All served tables about persons and homes, without findings and without tables that name the night."""
    tables = known.query("select schema_name, table_name from duckdb_tables() order by all")
    names = [str(name) if schema == "main" else f"{schema}.{name}" for schema, name in tables]
    return {
        name: known.query(f"select * from {name} order by all")
        for name in names
        if name not in (*ABOUT_FINDINGS, "release")
    }


def test_a_city_with_findings_is_served_as_one_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Night after night: also what the night before had found is not held against anybody."""
    town = Town(tmp_path / "with")
    town.residents(
        "20240131",
        lives(1, "R1", "3-1-101", "H1", living_address=home("4-1-101")),
        lives(2, "R2", "3-1-102", "H2", id_no="990001199001010000"),
        lives(3, "R3", "3-1-201", "H3"),
        lives(3, "R3b", "3-1-202", "H4"),
    )
    town.titles("20240131", holds(2, "T2", "3-1-201"))
    without = copy_of(town, tmp_path / "without", without=("lake", "cache"))
    town.night()
    with_findings = town.night()

    monkeypatch.setattr(run, "rule_files", list)
    without.night()
    none = without.night()

    [(found,)] = with_findings.query("select count(distinct rule) from finding where status = 'open'")
    assert int(str(found)) >= 3
    assert none.query("select * from finding") == []
    assert served_tables(none) == served_tables(with_findings)


def test_no_model_and_no_macro_reads_a_finding() -> None:
    reads = dependencies(CATALOG, models(), PYTHON_MODELS) | {m: file.reads for m, file in read_folder(MACROS).items()}
    assert {name: read & ABOUT_FINDINGS for name, read in reads.items() if read & ABOUT_FINDINGS} == {}
