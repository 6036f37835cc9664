"""The community as `make demo` gets it, its files as text, and its truth."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from demo.city import CityFiles, generate

KEYS = {"resident": "人员编号", "property": "登记编号", "hotline": "工单编号"}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    """The community 柳港园, as `make demo` gets it."""
    return generate(tmp_path_factory.mktemp("city"))


def read_csv(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def read_xlsx(path: Path) -> list[dict[str, object]]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, rows[1]), row, strict=True)) for row in rows[2:]]


@pytest.fixture(scope="session")
def office_rows(city: CityFiles) -> dict[str, list[dict[str, str]]]:
    """Rows of the three offices as text, floats included."""
    titles = [{k: str(v) for k, v in row.items()} for row in read_xlsx(city.landing["property"])]
    return {
        "resident": read_csv(city.landing["resident"], "gb18030"),
        "property": titles,
        "hotline": read_csv(city.landing["hotline"], "utf-8"),
    }


@pytest.fixture(scope="session")
def truth(city: CityFiles) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(path) for name, path in city.truth.items()}


def planted_cases(truth: dict[str, pl.DataFrame], rule: str) -> pl.DataFrame:
    return truth["planted"].filter(pl.col("rule") == rule)


def planted_keys(truth: dict[str, pl.DataFrame], rule: str) -> list[str]:
    return planted_cases(truth, rule)["keys"].explode().str.split(":").list.last().sort().to_list()


def accepted_rows(rows: list[dict[str, str]], truth: pl.DataFrame) -> pl.DataFrame:
    """File rows that ingest accepts and no office cancelled, with their truth."""
    frame = pl.concat([pl.DataFrame(rows), truth], how="horizontal")
    kept = frame.filter(~pl.col("expected_rejected"))
    return kept.filter(pl.col("注销日期") == "") if "注销日期" in kept.columns else kept
