"""What a contract may say about where its table is fetched; credentials are no part of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.load import lint
from contracts.model import Table

QUERY = {"kind": "query", "secret": "permits_db", "query": "select * from permits"}
API = {"kind": "api", "url": "https://permits.city.local/v1?page={page}", "items": "data.items"}


def lint_problems(tmp_path: Path, pull: Any, key: bool = True, **words: Any) -> tuple[list[Table], list[str]]:
    properties: list[dict[str, Any]] = [
        {
            "name": "permit_no",
            "logicalType": "string",
            "description": "Number that the office gave the permit",
            "classification": "internal",
            "primaryKey": key,
        }
    ]
    words = {"load": "upsert", "pull": pull} | words
    document = {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": "permit",
        "version": "1.0.0",
        "status": "active",
        "schema": [{"name": "permit", "properties": properties}],
        "customProperties": [{"property": name, "value": value} for name, value in words.items()],
    }
    path = tmp_path / "sources" / "permit.odcs.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    tables, problems = lint([path])
    return tables, [problem.message for problem in problems]


@pytest.mark.parametrize(("pull", "form"), [(QUERY, "parquet"), (API, "jsonl")])
def test_a_pulled_table_needs_no_layout(tmp_path: Path, pull: dict[str, str], form: str) -> None:
    [table], problems = lint_problems(tmp_path, pull)
    assert problems == []
    assert table.layout is not None
    assert (table.layout.format, table.layout.file_pattern) == (form, rf"permit_(?P<date>\d{{8}})T\d{{6}}\.{form}")
    assert table.pull is not None
    assert table.pull.kind == pull["kind"]


@pytest.mark.parametrize(
    "pull",
    [
        QUERY | {"query": "with p as (select 1) select * from p", "watermark": "updated_at"},
        API | {"url": "https://permits.city.local/v1?page_token={cursor}", "next": "next"},
        API | {"url": "http://permits.city.local:8080/v1", "next": "links.next", "secret": "permits_token"},
        API | {"url": "https://permits.city.local/v1/{page}?since={watermark}", "watermark": "updated_at"},
    ],
    ids=str,
)
def test_words_that_belong_together(tmp_path: Path, pull: dict[str, str]) -> None:
    assert lint_problems(tmp_path, pull)[1] == []


@pytest.mark.parametrize(
    ("pull", "says"),
    [
        ("permits", "pull should be a mapping"),
        ({"kind": "ftp"}, "kind should be 'query' or 'api'"),
        ({"kind": ["query"]}, "kind should be 'query' or 'api', not a list"),
        (QUERY | {"querry": "select 1"}, "querry"),
        (QUERY | {"query": "delete from permits"}, "query should be one select"),
        (QUERY | {"query": 1}, "query should be a string, not 1"),
        (QUERY | {"secret": ""}, "secret names the file"),
        (QUERY | {"secret": "../keys/token.key"}, "secret should name a file"),
        (QUERY | {"secret": "postgresql://hub:x@db/permits"}, "secret should name a file"),
        (QUERY | {"items": "data"}, "items belongs to kind api"),
        (QUERY | {"query": "select * from dblink('postgresql://hub:x@db/p', 'select 1')"}, "no password, token or key"),
        (QUERY | {"query": "select * from dblink('host=db password=x', 'select 1')"}, "no password, token or key"),
        (API | {"url": "ftp://permits.city.local"}, "url should start with https://"),
        (API | {"url": "https://hub:x@permits.city.local"}, "no password, token or key"),
        (API | {"url": "https://permits.city.local?access_token=x"}, "no password, token or key"),
        (API | {"url": "https://permits.city.local?apikey=x"}, "no password, token or key"),
        (API | {"url": "https://permits.city.local?API_KEY=x"}, "no password, token or key"),
        (API | {"query": "select 1"}, "belongs to kind query"),
        (
            API | {"url": "https://permits.city.local?p={p}"},
            "url knows no {p} -> it knows {cursor}, {page}, {watermark}",
        ),
        (API | {"next": "next"}, "not both"),
        (API | {"url": "https://permits.city.local?c={cursor}"}, "has {cursor}, which is what `next` points to"),
        (API | {"watermark": "updated_at"}, "both or none"),
        (API | {"url": "https://permits.city.local?since={watermark}"}, "both or none"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(tmp_path: Path, pull: Any, says: str) -> None:
    assert [problem for problem in lint_problems(tmp_path, pull)[1] if problem.startswith("pull") and says in problem]


@pytest.mark.parametrize(
    ("load", "key", "good"), [("append", True, True), ("snapshot", True, False), ("upsert", False, False)]
)
def test_a_watermark_wants_rows_that_find_their_place(tmp_path: Path, load: str, key: bool, good: bool) -> None:
    problems = lint_problems(tmp_path, QUERY | {"watermark": "updated_at"}, key=key, load=load)[1]
    assert good == (not any("a watermark brings changed rows only" in problem for problem in problems))


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        ({"format": "csv"}, "has format parquet"),
        (
            {"file_pattern": r"许可证_(?P<date>\d{8})\.parquet"},
            "must fit the landed file's name, permit_20240301T013000",
        ),
    ],
)
def test_a_layout_of_its_own_must_fit_what_is_landed(tmp_path: Path, layout: dict[str, str], says: str) -> None:
    assert any(says in problem for problem in lint_problems(tmp_path, QUERY, layout=layout)[1])


def test_a_pull_keeps_what_it_compares_with(tmp_path: Path) -> None:
    [problem] = lint_problems(tmp_path, QUERY, archive="shred")[1]
    assert "a pull compares with what it fetched last" in problem
