"""Drafts of JSON samples, of headers as pandas writes them, and that their files are then read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from contracts.errors import DeliveryError
from pipelines.drafting.headers import read_sample
from pipelines.readers import READERS
from tests.pipelines.drafting.drafts import HEADER, ROWS, column, draft_text, fill_in, write_rows

RECORDS = [dict(zip(HEADER, cells, strict=True)) for cells in ROWS]
SQUARE = {"type": "Polygon", "coordinates": [[[113.3, 40.1], [113.31, 40.1], [113.31, 40.11], [113.3, 40.1]]]}
COLLECTION = {
    "type": "FeatureCollection",
    "name": "网格",
    "features": [{"type": "Feature", "properties": record, "geometry": SQUARE} for record in RECORDS],
}
WRITTEN: dict[str, tuple[Any, Callable[[Any], str], str]] = {
    "collection": (COLLECTION, json.dumps, "geojson"),
    "pretty collection": (COLLECTION, lambda value: json.dumps(value, indent=2, ensure_ascii=False), "geojson"),
    "list": (RECORDS, json.dumps, "jsonl"),
    "pretty list": (RECORDS, lambda value: json.dumps(value, indent=1), "jsonl"),
    "lines": (RECORDS, lambda value: "\n".join(map(json.dumps, value)), "jsonl"),
}


@pytest.mark.parametrize(("value", "write", "form"), WRITTEN.values(), ids=WRITTEN)
def test_a_draft_of_json_reads_its_own_sample(
    tmp_path: Path, value: Any, write: Callable[[Any], str], form: str
) -> None:
    path = tmp_path / "网格_20260301.json"
    path.write_text(write(value), encoding="utf-8")
    text = draft_text(path)
    table = fill_in(text, tmp_path)
    assert table.layout
    assert table.layout.format == form
    names = [c.physical_name for c in table.columns]
    assert names == [*HEADER, *(["geometry"] if form == "geojson" else [])]
    if form == "geojson":
        assert column(text, "geometry")["check"] == "polygon"
    batches = list(READERS[table.layout.format](path, table))
    assert [row[:4] for batch in batches for row in batch.frame.rows()] == list(map(tuple, ROWS))
    assert not any(batch.marks for batch in batches)


@pytest.mark.parametrize(
    "content", ['{"data": [{"a": 1}]}', '{\n "data": [{"a": 1}],\n "total": 1\n}', "[]", '[{"a": 1}, 2]']
)
def test_other_json_is_no_csv(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(DeliveryError, match="JSON that is neither"):
        read_sample(tmp_path / "a.json")


def test_a_header_in_brackets_is_no_json(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", [[f"[{name}]" for name in HEADER], *ROWS])
    assert read_sample(path).layout["format"] == "csv"


UNNAMED = [f"Unnamed: {at}" for at in range(len(HEADER))]


@pytest.mark.parametrize(
    ("top", "header_row"),
    [
        ([UNNAMED, HEADER], 2),
        ([["某市工单表", *UNNAMED[1:]], HEADER], 2),
        ([["某市工单表", "", "", ""], UNNAMED, HEADER], 3),
        ([HEADER], 1),
    ],
    ids=["placeholders", "a title among them", "a title above them", "none"],
)
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_placeholders_of_pandas_are_no_header(
    tmp_path: Path, top: list[list[str]], header_row: int, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        write_rows(path, [*top, *ROWS])
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, cells in enumerate([*top, *ROWS]):
                sheet.write_row(at, 0, cells)
    sample = read_sample(path)
    assert sample.layout["header_row"] == header_row
    assert (sample.frame.columns, len(sample.frame)) == (HEADER, len(ROWS))


def test_an_index_of_pandas_has_no_name_and_is_left_out(tmp_path: Path) -> None:
    rows = [["Unnamed: 0", *HEADER], *([str(at), *cells] for at, cells in enumerate(ROWS))]
    sample = read_sample(write_rows(tmp_path / "a.csv", rows))
    assert (sample.frame.columns, sample.remarks) == (HEADER, ("第 1 列没有表头，未写入",))
