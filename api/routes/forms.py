"""报表 forms: which there are, what one asks for, and one filled from the city database as a workbook."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from api.dependencies import SessionDep, StateDep, ViewDep
from api.schemas import ReleaseResponse, problems
from warehouse.access.policy import NotFound
from warehouse.files import private_folder
from warehouse.form_filling.doubts import rule_doubts
from warehouse.form_filling.fill import fill, is_readable
from warehouse.form_filling.model import Form
from warehouse.form_filling.query import Limits
from warehouse.form_filling.workbook import write_form

router = APIRouter(prefix="/v1/forms", tags=["forms"])
FormName = Annotated[str, PathParameter(description="as GET /v1/forms has it", examples=["grid_population"])]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {}}, "description": "the workbook: the form, 来源, 说明"}
}


class FormSummary(BaseModel):
    """A form without its cells."""

    name: str = Field(examples=["grid_population"])
    title: str
    office: str = Field(description="who asks for it")
    legal_basis: str
    purpose: str
    since: str = Field(description="day from which it is asked for")
    rows: str = Field(description="one row per grid, household, dwelling or person")


class BrokenForm(BaseModel):
    """A form that cannot be filled."""

    name: str
    problem: str = Field(description="the first thing wrong with it; the other forms go on")


class Forms(ReleaseResponse):
    """Forms there are."""

    items: list[FormSummary] = Field(description="those whose tables your role may read")
    broken: list[BrokenForm]


class FormCell(BaseModel):
    """A column of a form."""

    name: str
    label: str
    taken_from: list[str] = Field(
        description="city columns that decide its source and date", examples=[["person.name"]]
    )


class FormDetail(ReleaseResponse, FormSummary):
    """A form with its cells."""

    cells: list[FormCell]


@router.get("", responses=problems(401))
def forms(caller: ViewDep, hub: StateDep) -> Forms:
    """Every form you may have filled."""
    shelf = hub.shelf()
    items = [_heading(form) for form in shelf.forms.values() if is_readable(caller, form)]
    broken = [BrokenForm(name=b.name, problem=b.problems[0]) for b in shelf.broken.values()]
    return Forms(items=items, broken=broken, release=caller.release_id)


@router.get("/{name}", responses=problems(401, 404, 422))
def form(name: FormName, caller: ViewDep, hub: StateDep) -> FormDetail:
    """What one form asks for."""
    found = _found(name, caller, hub)
    cells = [
        FormCell(name=c.name, label=c.label, taken_from=[".".join(column) for column in c.taken_from])
        for c in found.cells
    ]
    return FormDetail(**_heading(found).model_dump(), cells=cells, release=caller.release_id)


@router.get("/{name}/filled", response_class=Response, responses=WORKBOOK | problems(401, 403, 404, 413, 422))
def filled_form(
    name: FormName,
    caller: ViewDep,
    hub: StateDep,
    session: SessionDep,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="one grid; default: all of yours")
    ] = None,
) -> Response:
    """The form filled with your areas as XLSX: only the doubtful cells are left open, every cell has its source and date."""
    found, settings = _found(name, caller, hub), hub.settings
    limits = Limits(settings.form_rows, settings.form_seconds)
    answers = fill(caller, found, rule_doubts(), limits, grid_code)
    private_folder(settings.checks)
    with TemporaryDirectory(dir=settings.checks) as folder:
        path = Path(folder) / "form.xlsx"
        write_form(path, answers, session.user.username, datetime.now(hub.zone).replace(tzinfo=None))
        content = path.read_bytes()
    file_name = quote(f"{found.title}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"{name}.xlsx\"; filename*=UTF-8''{file_name}"}
    return Response(content, media_type=XLSX, headers=headers)


def _found(name: str, caller: ViewDep, hub: StateDep) -> Form:
    """NotFound, too, where the role may not read what the form reads."""
    found = hub.shelf().form(name)
    if not is_readable(caller, found):
        raise NotFound("there is no such form", remedy="see GET /v1/forms")
    return found


def _heading(form: Form) -> FormSummary:
    words = ("name", "title", "office", "legal_basis", "purpose", "rows")
    return FormSummary(**{word: getattr(form, word) for word in words}, since=form.since.isoformat())
