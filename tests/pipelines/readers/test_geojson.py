"""GeoJSON to text rows: one row per feature; an invalid feature costs its row, invalid JSON the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import DeliveryError
from contracts.layout import Layout
from contracts.load import HERE as CONTRACTS
from contracts.load import lint
from contracts.model import Column, Table
from pipelines.readers import READERS
from tests.pipelines.hostile import LINE, NAMES, beside_a_good_file
from tests.pipelines.mutants import narrow
from tests.pipelines.office import Office

COLUMNS = (
    Column("a", "编号", "编号", "string", required=True),
    Column("b", "名称", "名称", "string"),
    Column("shape", "geometry", "形状", "string"),
)
TABLE = Table("t", "source", "1", "t", COLUMNS, "t", "d", layout=Layout(format="geojson", file_pattern="t"))
POINT = {"type": "Point", "coordinates": [113.3, 40.1]}
WRITTEN = '{"type":"Point","coordinates":[113.3,40.1]}'


def feature(properties: object, geometry: object = POINT, kind: str = "Feature") -> dict[str, Any]:
    return {"type": kind, "properties": properties, "geometry": geometry}


def collection(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def rows(folder: Path, content: str, encoding: str = "utf-8") -> list[tuple[int, str | None, tuple[str, ...]]]:
    """(number, mark, cells) of every feature."""
    path = folder / "f"
    path.write_bytes(content.encode(encoding))
    found = []
    for batch in READERS["geojson"](path, TABLE):
        cells = batch.frame.fill_null("").rows()
        found += [(batch.first_row + i, batch.marks.get(i), row) for i, row in enumerate(cells)]
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_features_are_rows(tmp_path: Path, encoding: str) -> None:
    text = collection(feature({"编号": "1", "名称": "甲", "多余": 1}), feature({"编号": 2, "名称": None}, None))
    assert rows(tmp_path, text, encoding) == [(1, None, ("1", "甲", WRITTEN)), (2, None, ("2", "", ""))]


def test_members_of_the_collection_may_stand_in_any_order(tmp_path: Path) -> None:
    inside = json.dumps([feature({"编号": "1"})], ensure_ascii=False, indent=2)
    text = f' {{"crs": {{"a": [1]}}, "features" : {inside} , "name": "x", "type": "FeatureCollection"}}\r\n'
    assert [row for *_, row in rows(tmp_path, text)] == [("1", "", WRITTEN)]


def two_features(one: str) -> str:
    """A good feature, and then another as it is written here."""
    return collection(feature({"编号": "1"}), 0).replace("0]}", f"{one}]}}")


@pytest.mark.parametrize(
    "one",
    [
        "3",
        "null",
        "[]",
        json.dumps(POINT),
        json.dumps(feature({"编号": "2"}, kind="Feat")),
        json.dumps(feature([])),
        json.dumps(feature({"编号": {"a": 1}})),
        json.dumps(feature({"编号": "2", "geometry": "x"})),
        json.dumps(feature({"编号": "2"}, {"type": "Point", "coordinates": [float("nan"), 1]})),
        json.dumps(feature({"编号": "2"})).replace("40.1", "1e999"),
        json.dumps(feature({"编号": "2"})).replace("40.1", "40.1, 2", 1).replace('"geometry"', '"type": "Feature", "geometry"'),
        json.dumps(feature({"编号": "2", "名称": "\ud800"})),
        json.dumps(feature({}, None)),
        json.dumps(feature(None, None)),
    ],
)  # fmt: skip
def test_what_is_no_feature_costs_its_row(tmp_path: Path, one: str) -> None:
    assert [(number, mark) for number, mark, _ in rows(tmp_path, two_features(one))] == [(1, None), (2, "feature")]


def test_a_nul_in_a_property_costs_its_row(tmp_path: Path) -> None:
    assert [mark for _, mark, _ in rows(tmp_path, collection(feature({"编号": "1\0"})))] == ["nul"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("编号,名称\n1,甲\n", "no readable JSON at line 1, character 1 "),
        (collection(feature({"编号": "1"}))[:-9], "no readable JSON at line 1, character "),
        (
            '{"type": "FeatureCollection",\n "features": [{"type" "Feature"}]}',
            "no readable JSON at line 2, character 23",
        ),
        (collection(feature({"编号": "1"})) + "\n{}", "no readable JSON at line 2, character 1"),
        ('{1: "FeatureCollection"}', "no readable JSON"),
        (two_features("[" * 100_000), "no readable JSON at line 1"),
        (two_features('{"a":' * 100_000), "no readable JSON at line 1"),
        (two_features("9" * 10_000), "no readable JSON at line 1"),
        ("{}", "no GeoJSON FeatureCollection"),
        ("[1, 2]", "no GeoJSON FeatureCollection"),
        (json.dumps(feature({"编号": "1"})), "no GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": {}}', "no GeoJSON FeatureCollection"),
        ('{"features": [], "type": "FeatureCollection", "features": []}', "no GeoJSON FeatureCollection"),
        (collection(feature({"名称": "甲"})), "missing column 编号"),
    ],
)
def test_a_file_that_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DeliveryError, match=reason):
        rows(tmp_path, text)


def test_a_broken_byte_costs_its_feature_and_has_a_place(tmp_path: Path) -> None:
    content = collection(feature({"编号": "1", "名称": "甲乙丙丁"})).encode()
    at = content.index("丁".encode())
    (tmp_path / "f").write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    [batch] = READERS["geojson"](tmp_path / "f", TABLE)
    assert batch.marks == {0: "encoding"}
    assert batch.details[0][0][1] == f"第{at + 1}字节"


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(DeliveryError, match="has 65 MiB, more than the 64 MiB"):
        list(READERS["geojson"](tmp_path / "f", TABLE))


def test_batches_count_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.readers.geojson.BATCH_ROWS", 2)
    text = collection(*(feature({"编号": str(n)}) for n in range(1, 6)))
    assert [(number, row[0]) for number, _, row in rows(tmp_path, text)] == [(n, str(n)) for n in range(1, 6)]


@pytest.mark.parametrize("bomb", ["[" * 1_000_000, '{"a":[' * 500_000, "[[1,2]," * 300_000])
def test_a_bomb_beside_a_good_file_is_refused_with_a_receipt(tmp_path: Path, bomb: str) -> None:
    office = Office(tmp_path, narrow())
    office.drop(NAMES["geojson"], f'{{"type": "FeatureCollection", "features": [{bomb}', "utf-8")
    assert "no readable JSON" in beside_a_good_file(office).reason


def test_a_receipt_names_the_feature_and_the_reason(tmp_path: Path) -> None:
    office = Office(tmp_path, narrow())
    office.drop(
        NAMES["geojson"], collection(feature(LINE), feature({"编号": []}), feature(LINE | {"性别": "?"})), "utf-8"
    )
    bad = beside_a_good_file(office)
    assert (bad.read, bad.accepted, bad.by_rule) == (3, 1, {"code": 1, "feature": 1})
    lines = [(line[0], line[3]) for line in office.receipt_lines(bad) if line[4] == "错误"]
    assert lines == [("2", "feature"), ("3", "code")]


def test_a_layout_without_a_column_for_the_shape_fails_the_lint(tmp_path: Path) -> None:
    contract = tmp_path / "grid_boundary.odcs.yaml"
    good = (CONTRACTS / "sources" / contract.name).read_text(encoding="utf-8")
    contract.write_text(good.replace("physicalName: geometry", "physicalName: 边界"), encoding="utf-8")
    _, [problem] = lint([contract])
    assert "a GeoJSON feature's shape comes in a column with `physicalName: geometry`" in problem.message
