"""Alerts are told once for each user and period; a report names the looks at one resident and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts.load import load_catalog
from tests.api.doubts import key
from tests.warehouse.audit_log.written import WrittenLog, record
from warehouse.access.filters import Condition
from warehouse.access.masking import ROLES
from warehouse.audit_log.alerts import AlertDetector, AlertLimits
from warehouse.audit_log.queries import RecordFilter, find_records
from warehouse.audit_log.record import OPERATOR, AuditRecord
from warehouse.audit_log.report import ROLE_WORDS, ids_of_person, resident_report
from warehouse.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
NOON, NIGHT = datetime(2026, 11, 27, 4, tzinfo=UTC), datetime(2026, 11, 27, 19, tzinfo=UTC)  # 12:00 and 03:00 in China
Look = Callable[[int], AuditRecord]


@pytest.mark.parametrize(
    ("look", "kinds"),
    [
        (lambda n: record(NOON + timedelta(minutes=n), person=f"p{n}", open_findings=1), ["burst"]),
        (lambda n: record(NOON + timedelta(minutes=n), person="p0", open_findings=1), []),
        (lambda n: record(NOON + timedelta(minutes=30 * n), person=f"p{n}", open_findings=1), []),
        (lambda n: record(NOON + timedelta(minutes=30 * n), person=f"p{n}"), ["outside_worklist"]),
        (lambda n: record(NOON + timedelta(minutes=30 * n), person=f"p{n}", tables={"ticket": 1}), []),
        (lambda n: record(NIGHT + timedelta(seconds=n), open_findings=1), ["out_of_hours"]),
        (lambda n: record(NOON, user=f"worker{n}", person=f"p{n}"), []),
        (lambda n: record(NOON, person=f"p{n}", route="/v1/worklist"), []),
    ],
    ids=["many homes", "one home", "slowly", "nothing waits", "tickets wait", "at night", "many users", "a list"],
)
def test_what_is_an_alert(look: Look, kinds: list[str]) -> None:
    detector = AlertDetector(AlertLimits(homes_an_hour=3, from_hour=7, to_hour=21, homes_without_reason=4), ZONE)
    found = [alert for n in range(8) for alert in detector.alerts([look(n)])]
    assert [alert.kind for alert in found] == kinds


def test_an_alert_is_told_once_although_a_record_comes_after_midnight() -> None:
    detector = AlertDetector(AlertLimits(homes_an_hour=3, from_hour=7, to_hour=21, homes_without_reason=4), ZONE)
    before, after = (datetime(2026, 11, 27, 16, tzinfo=UTC) + timedelta(seconds=n) for n in (-1, 1))
    looks = [record(at, open_findings=1) for at in (before, after, before, after)]
    assert [alert.period for alert in detector.alerts(looks)] == ["2026-11-27", "2026-11-28"]


def test_a_report_has_a_word_for_every_role() -> None:
    assert {*ROLES, OPERATOR} == ROLE_WORDS.keys()


def test_a_report_is_of_one_resident_in_words(tmp_path: Path) -> None:
    written = WrittenLog(Settings(home=tmp_path))
    family = record(NOON, persons=[key("her"), key("her husband")], open_findings=1)
    looks = [family, record(NIGHT, person="somebody else"), record(NIGHT, user="lead", persons=[key("her former id")])]
    for look in looks:
        written.log.append(look)
    ids = [key("her"), key("her former id")]
    lines = [*resident_report(written.settings.audit, load_catalog(), ZONE, ids, date.min, date.max)]
    assert [line.text for line in lines] == [
        "2026年11月28日 03:00　网格员 lead 查看一户一档。原因：未填写，当时没有待核实的疑点或工单。看到：人员、户籍户。",
        "2026年11月27日 12:00　网格员 worker 查看一户一档。原因：当时有待核实的疑点。看到：人员、户籍户。",
    ]
    assert key("her husband") not in repr(lines)


def test_a_report_names_an_agent_and_its_owner(tmp_path: Path) -> None:
    written = WrittenLog(Settings(home=tmp_path))
    look = replace(record(NOON, user="it", persons=[key("her")]), role="agent", owner="lead")
    for written_by in (look, record(NOON, user="leader"), record(NOON, user="lead")):
        written.log.append(written_by)
    folder = written.settings.audit
    [line] = resident_report(folder, load_catalog(), ZONE, [key("her")], date.min, date.max)
    assert line.who == "代理程序 it（代 lead）"
    found = find_records(folder, RecordFilter(user="lead"))
    assert [(one.user, one.owner) for one in found] == [("lead", ""), ("it", "lead")]


def test_former_ids_of_a_person_are_followed() -> None:
    steps = [("a", "b"), ("b", "c"), ("x", "c"), ("y", "z")]

    def rows(table: str, /, *where: Any, columns: Any = None) -> list[dict[str, Any]]:
        found = [{"alias_id": old, "person_id": new, "change": "merged"} for old, new in steps]
        conditions = [condition for condition in where if isinstance(condition, Condition)]
        for condition in conditions:
            values = condition.value if condition.op == "in" else [condition.value]
            found = [row for row in found if row[condition.column] in values]
        return found

    assert sorted(ids_of_person(rows, "a")) == ["a", "b", "c", "x"]
    assert ids_of_person(rows, "nobody") == ["nobody"]
