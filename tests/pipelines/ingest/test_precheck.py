"""The check of a file gives ingest's result and stores nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest.precheck import Precheck, precheck, prechecks
from tests.pipelines.office import RESIDENT_HEADER, Office, csv_text, id_no, resident

ROWS = [resident(1), resident(2, sex="?"), resident(3, id_no="990001199001010000"), resident(1)]


def check(office: Office, path: Path, name: str = "人口信息_20240301.csv") -> Precheck:
    lists = load_code_lists([HERE, office.settings.codes])
    return precheck(office.settings, office.catalog, lists, path, name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "人口信息_20240301.csv"
    path.write_bytes(csv_text(ROWS).encode("gb18030"))
    return path


def test_the_check_says_what_the_delivery_then_comes_to(office: Office, file: Path) -> None:
    found = check(office, file)
    delivered = office.receive(ROWS)
    for fact in ("table", "status", "read", "accepted", "rejected", "by_rule", "warnings", "unknown_columns"):
        assert getattr(found, fact) == getattr(delivered, fact), fact
    assert (found.status, found.read, found.accepted) == ("accepted", 4, 2)


def test_issues_are_in_the_clerks_words_and_masked(office: Office, file: Path) -> None:
    wrong_sex = next(i for i in check(office, file).issues if i["rule"] == "code")
    assert (wrong_sex["row"], wrong_sex["column"], wrong_sex["severity"]) == (3, "性别", "error")
    assert wrong_sex["reason"] == "不在规定的取值范围内"
    assert "男" in wrong_sex["advice"]
    assert id_no(1) not in str(check(office, file))
    assert "990001199001010000" not in str(check(office, file))


def test_nothing_is_kept(office: Office, file: Path) -> None:
    before = sorted(office.settings.home.rglob("*"))
    check(office, file)
    assert sorted(office.settings.home.rglob("*")) == before


def test_only_the_first_issues_are_told(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(csv_text([resident(n, sex="?") for n in range(150)]), encoding="utf-8")
    found = check(office, path)
    assert (len(found.issues), found.by_rule) == (100, {"code": 150})
    assert (found.status, found.reason[:6]) == ("held", "150行全部")


def test_what_is_in_force_counts(office: Office, tmp_path: Path) -> None:
    office.receive([resident(n) for n in range(10)])
    path = tmp_path / "f.csv"
    path.write_text(csv_text([resident(1)]), encoding="utf-8")
    assert check(office, path).status == "held"
    # a correction is of some rows only, and the check knows that as ingest does
    assert check(office, path, "人口信息_20240301_更正.csv").status == "accepted"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("人口.csv", csv_text(ROWS), "文件名不在约定之内"),
        ("人口信息_20241399.csv", csv_text(ROWS), "文件名中的日期无效"),
        ("人口信息_20240301.csv", csv_text([]), "文件只有表头，没有数据行"),
        ("人口信息_20240301.csv", csv_text([["x"]], RESIDENT_HEADER[:1]), "缺少列"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_answer_too(
    office: Office, tmp_path: Path, name: str, content: str, reason: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(content, encoding="utf-8")
    found = check(office, path, name)
    assert (found.status, found.read) == ("held" if "缺少列" in reason else "failed", 0)
    assert found.reason.startswith(reason)
    assert found.advice


def test_a_zip_is_checked_file_by_file_as_landing_opens_it(office: Office, tmp_path: Path) -> None:
    with zipfile.ZipFile(path := tmp_path / "三月.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("人口信息_20240301.csv", csv_text(ROWS))
        archive.writestr("热线/人口信息_20240302.CSV", csv_text([resident(1)]))
        archive.writestr("说明.txt", "x")
        archive.writestr("__MACOSX/._人口信息_20240301.csv", "x")
    lists = load_code_lists([HERE, office.settings.codes])
    found = prechecks(office.settings, office.catalog, lists, path, path.name)
    assert [(one.file, one.table, one.status, one.accepted) for one in found] == [
        ("三月.zip/人口信息_20240301.csv", "resident", "accepted", 2),
        ("三月.zip/热线/人口信息_20240302.CSV", "resident", "accepted", 1),
        ("三月.zip/说明.txt", "_unknown", "failed", 0),
    ]
    path.write_bytes(b"Rar!\x1a\x07\x01\0")
    [refused] = prechecks(office.settings, office.catalog, lists, path, path.name)
    assert (refused.status, refused.reason) == ("failed", "是 RAR 压缩包，不是 ZIP")
