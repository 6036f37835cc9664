"""From landing to lake: what becomes of files."""

import resource
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import ContractError, HubError
from contracts.model import Catalog
from tests.pipelines.office import (
    CATALOG,
    HOTLINE_HEADER,
    PROPERTY_HEADER,
    RESIDENT_HEADER,
    Office,
    csv_text,
    id_no,
    resident,
    ticket,
    workbook,
)

pytestmark = pytest.mark.slow


def test_a_column_nobody_agreed_on_is_left_out_and_said(office: Office) -> None:
    office.drop("人口信息_20240301.csv", csv_text([[*resident(1), "x"]], [*RESIDENT_HEADER, "备注"]))
    [delivery] = office.ingest()
    assert (delivery.status, delivery.unknown_columns) == ("accepted", ("备注",))
    assert ["未约定的列（未采用）", "备注"] in office.receipt(delivery)


def test_a_workbook_is_read_sheet_by_sheet(office: Office) -> None:
    def row(n: int, **changes: str | float) -> list[str | float]:
        names = [c.name for c in CATALOG.tables["source.property"].columns]
        values: dict[str, str | float] = {
            "title_no": f"T{n}",
            "real_estate_unit_no": f"140213001001GB{n:05d}F00010001",
            "location": "柳港园西院3号楼",
            "floor_area_m2": 88.5,
            "usage_kind": "住宅",
            "occupancy": "自住",
            "holder_name": "测试乙",
            "holder_id_no": id_no(n),
            "share_percent": 100.0,
            "registered_on": "2020-01-01",
            "updated_on": "2024-01-01",
        } | changes
        return [values.get(name, "") for name in names]

    path = office.drop("不动产登记_20240301.xlsx", b"")
    head: list[list[str | float]] = [["不动产登记表"], [*PROPERTY_HEADER]]
    workbook(
        path,
        {
            "甲街道": [*head, row(1), row(2, holder_id_no=990001199001011234.0)],
            "乙街道": [*head, row(3, share_percent=101.0), row(1)],
        },
    )
    [delivery] = office.ingest()
    assert (delivery.read, delivery.accepted, delivery.rejected) == (4, 2, 2)
    assert office.accepted("property").select("floor_area_m2", "share_percent").rows() == [(88.5, 100.0)] * 2
    assert [line[:3] + line[4:5] for line in office.receipt_lines(delivery)] == [
        ["4", "甲街道", "产权人证件号", "id_precision_lost"],
        ["3", "乙街道", "共有份额", "range"],
        ["4", "乙街道", "登记编号", "unique"],
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("人员.csv", "x", "文件名不在约定之内"),
        ("人口信息_20241301.csv", csv_text([resident(2)]), "文件名中的日期无效"),
        ("人口信息_20240301.csv", "", "文件是空的"),
        ("人口信息_20240301.csv", csv_text([]), "没有数据行"),
        (
            "人口信息_20240301.csv",
            csv_text([resident(1)], ["人员编码", *RESIDENT_HEADER[1:]]),
            "缺少列：人员编号（≈ 人员编码 ?）",
        ),
        ("人口信息_20240301.csv", csv_text([resident(1)]).encode("utf-16-le"), "文件编码像是UTF-16 LE"),
        ("不动产登记_20240301.xlsx", b"PK\3\4 no zip", "不是可以打开的工作簿"),
    ],
    ids=["unknown", "date", "empty", "header only", "renamed", "encoding", "workbook"],
)
def test_a_file_that_cannot_be_read_gets_a_receipt_and_stops_nobody(
    office: Office, name: str, content: str | bytes, reason: str
) -> None:
    good = office.receive([resident(1)], day="20240229")
    office.drop(name, content)
    office.drop("12345工单_20240302.csv", csv_text([ticket("T1")], HOTLINE_HEADER), "utf-8")
    deliveries = {delivery.file_name: delivery for delivery in office.ingest()}
    assert len(deliveries) == 2
    assert deliveries["12345工单_20240302.csv"].status == "accepted"
    failed = deliveries[name]
    assert (failed.status, failed.read, failed.accepted) == ("held" if "缺少列" in reason else "failed", 0, 0)
    assert failed.reason.startswith(name)
    assert reason in "".join(cell for line in office.receipt(failed) for cell in line)
    assert [d.id for d in office.lake.in_force(CATALOG.tables["source.resident"])] == [good.id]


def test_a_file_that_cannot_be_opened_stops_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    office.drop("人口信息_20240302.csv", csv_text([resident(2)]))
    read = Path.open

    def open_or_refuse(path: Path, *args: str, **kwargs: str) -> object:
        if path == closed:  # tests may run as root, whom no permission stops
            raise PermissionError
        return read(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_or_refuse)
    assert [d.status for d in office.ingest()] == ["failed", "accepted"]
    assert office.ingest() == []
    monkeypatch.undo()
    assert [d.status for d in office.ingest()] == ["accepted"]


def test_a_delivery_with_no_good_row_is_held(office: Office) -> None:
    good = office.receive([resident(1)], day="20240301")
    held = office.receive([resident(1, sex="?"), resident(2, sex="?")], day="20240302")
    assert (held.status, held.read, held.rejected) == ("held", 2, 2)
    assert [d.id for d in office.lake.in_force(CATALOG.tables["source.resident"])] == [good.id]
    assert office.receipt(held)[2][1] == "2行全部未通过，本次不生效，仍用上一次数据"


def test_a_snapshot_that_lost_most_of_its_rows_is_held(office: Office) -> None:
    whole = office.receive([resident(n) for n in range(10)], day="20240301")
    part = office.receive([resident(n) for n in range(4)], day="20240302")
    assert part.status == "held"
    assert [d.id for d in office.lake.in_force(CATALOG.tables["source.resident"])] == [whole.id]
    assert office.receipt(part)[2][1] == "接收4行，而现用数据有10行，不足50%，本次不生效"
    smaller = office.receive([resident(n) for n in range(5)], day="20240303")
    assert smaller.status == "accepted"


def test_a_contract_naming_an_unknown_code_list_says_so(office: Office) -> None:
    table = CATALOG.tables["source.resident"]
    columns = tuple(replace(c, codes="sexes") if c.name == "sex" else c for c in table.columns)
    office.catalog = Catalog({"source.resident": replace(table, columns=columns)})
    office.drop("人口信息_20240301.csv", csv_text([resident(1)]))
    with pytest.raises(ContractError, match="no code list sexes"):
        office.ingest()


def test_snapshots_supersede_and_tickets_add_up(office: Office) -> None:
    office.receive([resident(1), resident(2)], day="20240302")
    office.receive([resident(3)], day="20240301")  # late: older data does not supersede newer
    assert office.accepted("resident")["record_no"].to_list() == ["R1", "R2"]
    for day in ("02", "01"):
        office.drop(f"12345工单_202403{day}.csv", csv_text([ticket(f"T{day}")], HOTLINE_HEADER), "utf-8")
        office.ingest()
    assert office.accepted("hotline")["ticket_no"].to_list() == ["T01", "T02"]


@pytest.mark.parametrize("sex", ["", "?"], ids=["accepted rows", "rejected rows and issues"])
def test_a_full_disk_fails_no_delivery(office: Office, sex: str) -> None:
    good = office.receive([resident(1)], day="20240301")
    rows = [resident(n, **({"sex": sex} if sex else {})) for n in range(2000)]
    office.drop("人口信息_20240302.csv", csv_text(rows))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        with pytest.raises(HubError, match=r"writing 人口信息_20240302\.csv into the lake failed.*make room"):
            office.ingest()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [d.id for d in office.lake.deliveries()] == [good.id]
    assert not list(office.settings.home.rglob("*.tmp"))
    assert [(d.status, d.read) for d in office.ingest()] == [("held" if sex else "accepted", 2000)]
