"""Forms as they are written: the three that come with the hub, every mistake with its place, and who asks twice."""

from pathlib import Path

import pytest

from contracts.load import load_catalog
from warehouse.access.policy import NotFound
from warehouse.form_filling.library import FORMS, FormLibrary, load_forms
from warehouse.form_filling.lint import Linter
from warehouse.form_filling.model import Form, FormError
from warehouse.form_filling.overlap import overlaps, refusal

CATALOG = load_catalog()
HEAD = """title: 住户登记表
office: 社区居民委员会
legal_basis: 《中华人民共和国城市居民委员会组织法》第三条
purpose: door_service
since: 2026-11-01
rows: household
"""
NUMBER = "  - {name: number, label: 户号, sql: household.household_no, from: [household.household_no]}\n"


@pytest.fixture(scope="module")
def linter() -> Linter:
    return Linter(CATALOG)


def write_form(folder: Path, text: str, name: str = "registration.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def cell(sql: str, taken: str, name: str = "it", more: str = "") -> str:
    return f"  - name: {name}\n    label: {name}\n    sql: {sql}\n    from: [{taken}]\n{more}"


def test_the_hub_s_own_forms_are_sound() -> None:
    shelf = load_forms(CATALOG, [FORMS])
    assert {form.rows for form in shelf.forms.values()} == {"grid", "household", "dwelling"}
    assert not shelf.broken


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: [", 2, "not valid YAML"),
        ("- 1", 1, "a form starts with title and office"),
        ("title: \x07", 1, "not valid YAML: "),
        (HEAD.replace("rows: household", "rows: [household]") + "cells:\n" + NUMBER, 6, "rows should be 'grid'"),
        (HEAD + "columns: []\ncells:\n" + NUMBER, 7, "columns is an unknown word -> known here are title, office"),
        (HEAD.replace("office: 社区居民委员会\n", "") + "cells:\n" + NUMBER, 1, "office is missing"),
        (HEAD.replace("household", "street") + "cells:\n" + NUMBER, 6, "'dwelling' or 'person', not 'street'"),
        (HEAD.replace("2026-11-01", "November") + "cells:\n" + NUMBER, 5, "since should be a date, not 'November' -> the day"),
        (HEAD + "cells: 3", 7, "cells should be a list, not 3 -> a list of 1 to 60"),
        (HEAD + "cells:\n  - number", 8, "cell 1: should be a mapping, not 'number' -> known here are name, label, sql, from"),
        (HEAD + "cells:\n" + NUMBER + "  - {name: b, label: 乙, sql: '1'}", 9, "cell b: from is missing"),
        (HEAD + "cells:\n  - {name: b, label: 乙, sql: '1', from: [a.b], form: 1}", 8, "cell b: form is an unknown word"),
        (HEAD + "cells:\n" + NUMBER + NUMBER, 9, "its label 户号 is another cell's, too"),
        (HEAD + "cells:\n" + NUMBER[:-2] + ", doubts: [person.colour]}", 8, "no attribute person.colour"),
        (HEAD.replace("door_service", "advertising") + "cells:\n" + cell("(select max(p.name) from person p)", "person.name"), 10,
         "reads person.name, whose contract does not allow the purpose advertising"),
        (HEAD + "where: household.household_no\ncells:\n" + NUMBER, 7, "where: the SQL gives varchar"),
        (HEAD + "where: household.head_name = ''\ncells:\n" + NUMBER, 7, "where: the SQL does not fit"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_with_its_line(linter: Linter, tmp_path: Path, text: str, line: int, says: str) -> None:
    form, problems = linter.read(write_form(tmp_path, text))
    assert form is None
    assert any(p.startswith(f"registration.yaml:{line}: ") and says in p for p in problems), problems


@pytest.mark.parametrize(
    ("sql", "taken", "at", "says"),
    [
        ("household.head_name", "household.household_no", "sql", "the SQL does not fit: Binder"),
        ("household.household_no, 1", "household.household_no", "sql", "cell it: the SQL calls row"),
        ("(select household_no from", "household.household_no", "sql", "is not valid SQL: syntax error"),
        ("count(*)", "household.household_no", "sql", "count_star stands outside a sub-select"),
        ("getenv('HOME')", "household.household_no", "sql", "calls getenv, which no form may"),
        ("(select count(*) from read_csv('x.csv'))", "household.household_no", "sql", "calls the table function"),
        ("(select count(*) from main.person)", "person.name", "sql", "reads main.person"),
        ("(select count(*) from salary)", "household.household_no", "sql", "there is no table salary"),
        ("household.household_no", "household.household_number", "from", "there is no column household.household_number"),
        ("household.household_no", "household.member_count", "from", "the SQL does not read household.member_count"),
        ("household.household_no", "household_no", "from", "names look like person.birth_date"),
        ("(select max(p.phone_token) from person p)", "person.phone_token", "sql", "which is shown to nobody"),
    ],
)  # fmt: skip
def test_a_mistake_of_a_cell(linter: Linter, tmp_path: Path, sql: str, taken: str, at: str, says: str) -> None:
    _, [problem] = linter.read(write_form(tmp_path, HEAD + "cells:\n" + NUMBER + cell(sql, taken)))
    assert problem.startswith(f"registration.yaml:{ {'sql': 11, 'from': 12}[at] }: cell it: ")
    assert says in problem
    assert " -> " in problem


def test_every_mistake_is_reported_at_once(linter: Linter, tmp_path: Path) -> None:
    cells = cell("nonsense(1)", "household.household_no", "a") + cell("household.x", "household.household_no", "b")
    _, problems = linter.read(write_form(tmp_path, f"{HEAD}cells:\n{cells}"))
    assert [p.split(": ")[1] for p in problems] == ["cell a", "cell b"]


def read(linter: Linter, folder: Path, *cells: str, name: str = "other", since: str = "2026-11-20") -> Form:
    text = HEAD.replace("2026-11-01", since) + "cells:\n" + "".join(cells)
    form, problems = linter.read(write_form(folder, text, f"{name}.yaml"))
    assert form, problems
    return form


HERS = "p.household_id = household.household_id"
COUNT = f"(select count(*) from person p where {HERS} and p.status = 'active')"


@pytest.mark.parametrize(
    ("sql", "equal"),
    [
        (COUNT, True),
        ("(SELECT count(*) FROM person Q WHERE Q.status='active' AND household.household_id = Q.household_id)", True),
        (f"cast({COUNT} as bigint)", True),  # at the second look
        (f"coalesce({COUNT}, 0)", False),
        (f"(select count(p.person_id) from person p where {HERS} and p.status = 'active')", False),
        (f"(select count(*) from person p where {HERS} and p.status = 'cancelled')", False),
        (f"(select count(*) from person p where {HERS} and p.status <> '')", False),
    ],
)
def test_when_two_cells_are_equal(linter: Linter, tmp_path: Path, sql: str, equal: bool) -> None:
    old = read(linter, tmp_path, cell(COUNT, "person.status", "members"), name="old")
    new = read(linter, tmp_path, cell(sql, "person.status", "people"))
    assert bool(overlaps(new, [old])) == equal


def some(first: int, last: int) -> list[str]:
    return [cell(f"household.member_count + {n}", "household.member_count", f"c{n}") for n in range(first, last)]


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ((0, 10), (3, 13), True),  # 7 of 10
        ((0, 10), (4, 14), False),  # 6 of 10
        ((0, 10), (0, 30), True),  # all that the old one has, and more
        ((0, 30), (0, 5), True),  # nothing that the old one has not got
        ((0, 3), (10, 13), False),
    ],
)  # fmt: skip
def test_a_form_that_asks_again_is_refused_with_the_name_of_the_one_there_is(
    linter: Linter, tmp_path: Path, old: tuple[int, int], new: tuple[int, int], refused: bool
) -> None:
    there = read(linter, tmp_path, *some(*old), name="there")
    reason = refusal(read(linter, tmp_path, *some(*new), name="asked"), [there])
    assert bool(reason) == refused
    if reason:
        assert "of the form there" in reason


@pytest.fixture
def shelf(tmp_path: Path) -> FormLibrary:
    for name, since, cells in (
        ("b_first", "2026-01-01", some(0, 4)),
        ("a_second", "2026-02-01", some(0, 4)),
        ("c_wrong", "2026-01-01", [cell("household.x", "household.household_no")]),
    ):
        write_form(tmp_path, HEAD.replace("2026-11-01", since) + "cells:\n" + "".join(cells), f"{name}.yaml")
    return load_forms(CATALOG, [tmp_path])


def test_other_forms_stay_usable_and_of_two_that_overlap_the_older(shelf: FormLibrary) -> None:
    assert list(shelf.forms) == ["b_first"]
    assert "of the form b_first" in shelf.broken["a_second"].problems[0]


def test_a_name_is_taken_once(shelf: FormLibrary, tmp_path: Path) -> None:
    other = tmp_path / "forms"
    other.mkdir()
    write_form(other, (tmp_path / "b_first.yaml").read_text(encoding="utf-8"), "b_first.yaml")
    found = load_forms(CATALOG, [tmp_path, other])
    assert list(found.forms) == ["b_first"]
    assert "there is a form b_first already" in found.broken["forms/b_first.yaml"].problems[0]


def test_a_broken_form_says_why_when_it_is_asked_for(shelf: FormLibrary) -> None:
    with pytest.raises(FormError, match="cell it: the SQL does not fit"):
        shelf.form("c_wrong")
    with pytest.raises(NotFound):
        shelf.form("d_unknown")
