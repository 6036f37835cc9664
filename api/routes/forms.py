"""报表 forms, and workbooks of them filled from the city database."""

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
FormName = Annotated[str, PathParameter(description="`name` in GET /v1/forms", examples=["grid_population"])]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {}}, "description": "the workbook: the form, 来源, 说明"}
}


class FormSummary(BaseModel):
    """A form without its cells."""

    name: str = Field(examples=["grid_population"])
    title: str
    office: str = Field(description="the office that asks for it")
    legal_basis: str
    purpose: str
    since: str = Field(description="the day from which it is asked for")
    rows: str = Field(description="the subject of a row: grid, household, dwelling or person")


class BrokenForm(BaseModel):
    """A form that cannot be filled."""

    name: str
    problem: str = Field(description="its first problem; other forms are not affected")


class Forms(ReleaseResponse):
    """All forms of the deployment that you may fill."""

    items: list[FormSummary] = Field(description="forms whose tables your role may read")
    broken: list[BrokenForm]


class FormCell(BaseModel):
    """A column of a form."""

    name: str
    label: str
    taken_from: list[str] = Field(
        description="the city columns that determine its source and date", examples=[["person.name"]]
    )


class FormDetail(ReleaseResponse, FormSummary):
    """A form with its cells."""

    cells: list[FormCell]


@router.get("", responses=problems(401))
def forms(view: ViewDep, state: StateDep) -> Forms:
    """List every form that you may fill."""
    library = state.form_library()
    items = [_summary(form) for form in library.forms.values() if is_readable(view, form)]
    broken = [BrokenForm(name=b.name, problem=b.problems[0]) for b in library.broken.values()]
    return Forms(items=items, broken=broken, release=view.release_id)


@router.get("/{name}", responses=problems(401, 404, 422))
def form(name: FormName, view: ViewDep, state: StateDep) -> FormDetail:
    """Show one form with its columns."""
    found = _readable_form(name, view, state)
    cells = [
        FormCell(name=c.name, label=c.label, taken_from=[".".join(column) for column in c.taken_from])
        for c in found.cells
    ]
    return FormDetail(**_summary(found).model_dump(), cells=cells, release=view.release_id)


@router.get("/{name}/filled", response_class=Response, responses=WORKBOOK | problems(401, 403, 404, 413, 422))
def filled_form(
    name: FormName,
    view: ViewDep,
    state: StateDep,
    session: SessionDep,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="one grid; default: all of yours")
    ] = None,
) -> Response:
    """Download a form filled for your areas as XLSX. Only doubtful cells are left open; every cell has its source and date."""
    found, settings = _readable_form(name, view, state), state.settings
    limits = Limits(settings.form_rows, settings.form_seconds)
    answers = fill(view, found, rule_doubts(), limits, grid_code)
    private_folder(settings.checks)
    with TemporaryDirectory(dir=settings.checks) as folder:
        path = Path(folder) / "form.xlsx"
        write_form(path, answers, session.user.username, datetime.now(state.zone).replace(tzinfo=None))
        content = path.read_bytes()
    file_name = quote(f"{found.title}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"{name}.xlsx\"; filename*=UTF-8''{file_name}"}
    return Response(content, media_type=XLSX, headers=headers)


def _readable_form(name: str, view: ViewDep, state: StateDep) -> Form:
    """The form of that name. NotFound if there is none, or the user may not read its tables."""
    found = state.form_library().form(name)
    if not is_readable(view, found):
        raise NotFound("there is no such form", remedy="see GET /v1/forms")
    return found


def _summary(form: Form) -> FormSummary:
    words = ("name", "title", "office", "legal_basis", "purpose", "rows")
    return FormSummary(**{word: getattr(form, word) for word in words}, since=form.since.isoformat())
