"""`hub audit`: what an operator is told of the log, and that her own looks are in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.city import ID_NO, point_to, settings_in, small_city, write_release
from tests.api.doubts import key
from tests.cli.terminal import hub
from tests.warehouse.audit_log.written import WrittenLog, three_days
from warehouse.audit_log.queries import RecordFilter, find_records


@pytest.fixture
def written(tmp_path: Path) -> WrittenLog:
    return three_days(tmp_path)


def test_a_whole_log_and_a_changed_one(written: WrittenLog) -> None:
    home = written.settings.home
    result = hub(home, "audit", "verify")
    assert (result.exit_code, result.stdout) == (0, "every record is as it was signed\n")
    head = hub(home, "audit", "head").stdout
    (home / "heads.txt").write_text(head, encoding="utf-8")
    assert json.loads(head)["day"] == written.files[-1].stem
    assert hub(home, "audit", "verify", "--heads", str(home / "heads.txt")).exit_code == 0
    file = written.files[1]
    file.write_bytes(file.read_bytes().replace(b"10.0.0.7", b"10.0.0.8", 1))
    result = hub(home, "audit", "verify", "--format", "json")
    assert result.exit_code == 1
    assert [line["file"] for line in json.loads(result.stdout)] == [f"audit/{file.name}:1"]
    assert f"audit/{file.name}:1" in hub(home, "doctor").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("audit", "head"), "nothing is signed yet"),
        (("audit", "verify", "--heads", "nowhere"), "there is no such file"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    result = hub(tmp_path, *arguments)
    assert result.exit_code == 1
    assert says in result.stderr


def test_a_file_that_holds_no_heads_is_refused_with_its_line(written: WrittenLog) -> None:
    foreign = written.settings.home / "foreign.txt"
    foreign.write_text("no head\n", encoding="utf-8")
    result = hub(written.settings.home, "audit", "verify", "--heads", str(foreign))
    assert f"{foreign}:1" in result.stderr


def test_the_operators_sql_is_recorded_without_its_text_and_a_report_tells_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    statement = f"select person_id, name from person where name = '王小明' or id_no_masked = '{ID_NO}'"
    assert hub(tmp_path, "sql", statement).exit_code == 0
    [record] = find_records(settings.audit, RecordFilter())
    assert (record.route, record.role, record.release) == ("hub sql", "operator", "r1")
    assert record.shown.persons == {key("王小明")}
    assert {*record.shown.tables} == {"person"}
    assert ID_NO not in record.encode().decode()
    assert hub(tmp_path, "audit", "verify").exit_code == 0
    assert "在服务器上查询数据库" in hub(tmp_path, "audit", "report", "--person", key("王小明")).stdout
    assert "没有查看" in hub(tmp_path, "audit", "report", "--person", key("李雷")).stdout
