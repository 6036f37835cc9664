"""Presents a correction request to people: labels beside codes, and its clock.

Tokens, ids of homes and keys of verdicts are left out. Not here: sheets (workbook.py), who may read a request
(`api/routes/corrections.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts.code_lists import CodeList
from contracts.model import Catalog
from warehouse.build.survivorship import survivorship_columns
from warehouse.corrections.requests import Request

HEADERS: Final = {
    "id": "请求编号",
    "state_label": "状态",
    "overdue": "是否超期",
    "due_on": "办理期限",
    "provisional": "期限是否暂定",
    "calendar_label": "期限依据",
    "source_label": "报送表",
    "record_key": "记录编号",
    "file_name": "文件",
    "row_no": "行号",
    "delivery_id": "批次",
    "attribute_label": "更正项",
    "stated": "登记值",
    "stated_on": "登记日期",
    "seen": "核实值",
    "seen_on": "核实日期",
    "proof_label": "核实依据",
    "reason_code_label": "核实原因",
    "reason": "请求说明",
    "opened_on": "发出日期",
    "state_reason": "最近办理说明",
    "state_on": "最近办理日期",
}


@dataclass(frozen=True)
class RequestPresenter:
    """Presents requests. `today` decides what is overdue; values are left out if `sees_values` is False."""

    catalog: Catalog
    code_lists: Mapping[str, CodeList]
    today: date
    sees_values: bool = True

    def words(self, request: Request) -> dict[str, Any]:
        """One request by column, with `<column>_label` beside coded columns, and its clock."""
        codes = self._codes(request)
        return {
            "id": request.id,
            "source": request.source,
            "source_label": self._label("claim_source", request.source),
            "record_key": request.record_key,
            "delivery_id": request.delivery_id,
            "file_name": request.file_name,
            "row_no": request.row_no,
            "entity": request.entity,
            "attribute": request.attribute,
            "attribute_label": self._attribute(request),
            "stated": self._value(request.stated, codes),
            "stated_on": request.stated_on,
            "seen": self._value(request.seen, codes),
            "seen_on": request.seen_on,
            "proof": request.proof,
            "proof_label": self._label("proof", request.proof),
            "rule": request.rule,
            "reason_code": request.reason_code,
            "reason_code_label": self._label("verdict_reason", request.reason_code),
            "reason": request.reason,
            "opened_by": request.opened_by,
            "opened_at": request.opened_at,
            "state": request.state,
            "state_label": self._label("correction_state", request.state),
            "state_reason": request.state_reason,
            "state_by": request.state_by,
            "state_at": request.state_at,
            "due_on": request.due_on,
            "provisional": request.provisional,
            "calendar": request.calendar,
            "calendar_label": self._label("working_calendar", request.calendar),
            "overdue": request.overdue(self.today),
        }

    def _value(self, value: str | None, codes: str | None) -> str | None:
        """The value as it is shown, a code by its label; None if the reader may not see values."""
        if value is None or not self.sees_values:
            return None
        return (self._label(codes, value) if codes else None) or value

    def _codes(self, request: Request) -> str | None:
        column = survivorship_columns(self.catalog).get((request.entity, request.attribute))
        return column.codes if column else None

    def _attribute(self, request: Request) -> str:
        """The attribute's label: the office's, else the city's."""
        for table in (f"source.{request.source}", f"city.{request.entity}", "city.title"):
            for column in self.catalog.tables[table].columns if table in self.catalog.tables else ():
                names = (column.name, column.survivorship.attribute if column.survivorship else None)
                if request.attribute in names:
                    return column.business_name
        return request.attribute

    def _label(self, code_list: str, code: str | None) -> str | None:
        found = self.code_lists.get(code_list)
        return found.labels.get(code) if found and code else None
