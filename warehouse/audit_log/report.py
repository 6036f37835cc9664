"""A resident's report: who looked at my record, when, why and at what, in plain Chinese words.

It names offices and staff, and of the resident's family nobody: a record may show many people, the report is of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from contracts.model import Catalog
from warehouse.access.filters import Condition
from warehouse.audit_log.alerts import HOME_ROUTES
from warehouse.audit_log.queries import RecordFilter, find_records
from warehouse.audit_log.record import OPERATOR, AuditRecord
from warehouse.build.person_current_id import STEPS, current_person_id
from warehouse.releases.operator_reader import RowReader

ROLE_WORDS: Final = {
    "grid_worker": "网格员",
    "grid_lead": "网格长",
    "district_supervisor": "区级督导员",
    "analyst": "分析员",
    "auditor": "审计员",
    "admin": "管理员",
    "office": "部门",
    "agent": "代理程序",
    OPERATOR: "运维人员",
}
# the first words that begin a route, without its method, tell what was done
ROUTE_WORDS: Final = {
    "/v1/households/search": "按姓名、地址或号码查找住户",
    "/v1/households": "查看一户一档",
    "/v1/dwellings": "查看一房一档",
    "/v1/persons": "核对是否同一人",
    "/v1/worklist": "查看走访清单",
    "/v1/findings": "查看疑点",
    "/v1/tickets": "查看12345工单",
    "/v1/visits": "登记或查看走访",
    "/v1/tables": "查询数据表",
    "/v1/forms": "填报报表",
    "/v1/corrections": "处理更正请求",
    "/v1/rules": "查看规则或抽查样本",
    "/v1/addresses": "核对地址",
    "hub sql": "在服务器上查询数据库",
}
MASK_NOTE: Final = "（部分遮盖）"


class ReportLine(NamedTuple):
    """One look at the resident's record; `at` is in the hub's time zone."""

    at: datetime
    who: str
    action: str
    reason: str
    seen: str

    @property
    def text(self) -> str:
        return f"{self.at:%Y年%m月%d日 %H:%M}　{self.who} {self.action}。原因：{self.reason}。看到：{self.seen}。"


def resident_report(
    folder: Path, catalog: Catalog, zone: ZoneInfo, person_ids: Iterable[str], first: date, last: date
) -> Iterator[ReportLine]:
    """The looks at a person, who may have had other ids, newest first."""
    found = (find_records(folder, RecordFilter(first, last, person=person_id)) for person_id in person_ids)
    seen = {record.encode(): record for records in found for record in records}
    for record in sorted(seen.values(), key=lambda record: record.at, reverse=True):
        yield ReportLine(
            at=record.at.astimezone(zone),
            who=_who(record),
            action=_action(record),
            reason=_reason(record),
            seen=_seen(record, catalog),
        )


def ids_of_person(rows: RowReader, person_id: str) -> list[str]:
    """The current id of a person, and the ids of earlier releases that were kept or merged into it."""
    current = current_person_id(rows, person_id)
    ids, new = [current], [current]
    while new:
        steps = rows("person_alias", Condition("person_id", "in", new), Condition("change", "in", STEPS))
        new = sorted({row["alias_id"] for row in steps} - {*ids})
        ids += new
    return ids


def _who(record: AuditRecord) -> str:
    who = f"{ROLE_WORDS.get(record.role, record.role)} {record.user}"
    return f"{who}（代 {record.owner}）" if record.owner else who


def _action(record: AuditRecord) -> str:
    return next((words for route, words in ROUTE_WORDS.items() if record.route.startswith(route)), "使用了系统")


def _reason(record: AuditRecord) -> str:
    """The stated reason, else what was waiting at the home when it was looked at."""
    if record.reason:
        return record.reason
    found = ["当时有待核实的疑点"] if record.shown.open_findings else []
    found += ["当时有12345工单"] if record.shown.tables.get("ticket") else []
    missing = "未填写，当时没有待核实的疑点或工单" if record.route in HOME_ROUTES else "未填写"
    return "、".join(found) or missing


def _seen(record: AuditRecord, catalog: Catalog) -> str:
    found = [catalog.find(name) for name in record.shown.tables]
    tables = "、".join(dict.fromkeys(table.business_name if table else "核实记录" for table in found))
    is_masked = not {"personal", "sensitive"} & record.shown.groups
    return f"{tables}{MASK_NOTE if is_masked else ''}"
