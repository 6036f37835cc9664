"""Three nights of one town: residences and titles by day, as known on a day, and no past state is rewritten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipelines.town import CORRECTED, FEBRUARY, JANUARY, MARCH, Release, Town, both, copy_of, holds, home, lives
from warehouse.lake.raw_archive import RawArchive

pytestmark = pytest.mark.slow


def january(town: Town) -> None:
    town.residents(
        "20240131",
        lives(1, "R1", "3-1-101", "H1", moved_in_on="2010-05-01"),
        lives(2, "R2", "3-1-101", "H1", relation_to_head="妻"),
        lives(3, "R3", "3-1-102", "H3"),
        lives(4, "R4", "3-1-102", "H3", relation_to_head="女"),
        lives(5, "R5", "3-1-201", "H5"),
        lives(6, "R6", "3-1-202", "H6"),
        lives(6, "R6b", "4-1-202", "H6b"),
        lives(7, "R7", "3-1-301", "H7"),
        lives(8, "R8", "3-1-302", "H8"),
        lives(9, "R9", "3-1-401", "H9"),
        lives(10, "R10", "3-1-402", "H10"),
    )
    town.titles(
        "20240131",
        holds(1, "T1", "3-1-101"),
        holds(5, "T5", "3-1-201"),
        holds(9, "T9", "3-1-401", occupancy="空置"),
    )


def february(town: Town) -> None:
    """1 moves with his hukou, 4 marries 10, 5 dies, the double of 6 is struck off, 7 is missing, 11 is born to 1."""
    town.residents(
        "20240229",
        lives(1, "R1", "4-1-101", "H1", moved_in_on="2024-02-10", updated_on="2024-02-12"),
        lives(2, "R2", "3-1-101", "H1", relation_to_head="妻"),
        lives(3, "R3", "3-1-102", "H3"),
        lives(4, "R4", "3-1-402", "H10", relation_to_head="妻", updated_on="2024-02-14"),
        lives(5, "R5", "3-1-201", "H5", cancelled_on="2024-02-05", cancel_reason="死亡"),
        lives(6, "R6", "3-1-202", "H6"),
        lives(6, "R6b", "4-1-202", "H6b", cancelled_on="2024-02-06", cancel_reason="重复"),
        lives(8, "R8", "4-1-302", "H8", updated_on="2024-02-20"),
        lives(9, "R9", "3-1-401", "H9", phone="15400009999"),
        lives(10, "R10", "3-1-402", "H10"),
        lives(11, "R11", "4-1-101", "H1", relation_to_head="女", updated_on="2024-02-20"),
    )
    town.titles(
        "20240229",
        holds(1, "T1", "3-1-101", cancelled_on="2024-02-15"),
        holds(3, "T1b", "3-1-101", registered_on="2024-02-15"),
        holds(10, "T5", "3-1-201", registered_on="2024-02-18"),  # inherited under the same number
        holds(9, "T9", "3-1-401", occupancy="出租"),
    )


def march(town: Town) -> None:
    """8 never moved: a correction of February. In March 1 is back, and 7 is there again."""
    town.residents("20240305", lives(8, "R8", "3-1-302", "H8"), correction=True)
    town.residents(
        "20240331",
        lives(1, "R1", "3-1-101", "H1", moved_in_on="2024-03-20", updated_on="2024-03-21"),
        lives(2, "R2", "3-1-101", "H1", relation_to_head="妻"),
        lives(3, "R3", "3-1-102", "H3"),
        lives(4, "R4", "3-1-402", "H10", relation_to_head="妻", updated_on="2024-02-14"),
        lives(6, "R6", "3-1-202", "H6"),
        lives(7, "R7", "3-1-301", "H7"),
        lives(8, "R8", "3-1-302", "H8"),
        lives(9, "R9", "3-1-401", "H9", phone="15400009999"),
        lives(10, "R10", "3-1-402", "H10"),
        lives(11, "R11", "4-1-101", "H1", relation_to_head="女", updated_on="2024-02-20"),
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def nights(town: Town) -> list[Release]:
    """One release after each month."""
    done = []
    for month, built_at in ((january, "2024-02-01"), (february, "2024-03-01"), (march, "2024-04-01")):
        month(town)
        done.append(town.night(f"{built_at}T01:30:00"))
    return done


@pytest.fixture(scope="module")
def known_residences(nights: list[Release]) -> Callable[..., list[str]]:
    """A query of the register for a person's residences on a day, as known on a day: `kind door`."""

    def where(n: int, day: str, known: str | None = None) -> list[str]:
        rows = nights[-1].query(
            "select r.kind || ' ' || regexp_replace(d.standard_address, '.*园(.)号楼(.)单元(.*)室', '\\1-\\2-\\3')"
            " from residence_as_of(?, ?) r join dwelling d using (dwelling_id)"
            " join (select distinct person_id from (select person_id, name from membership"
            " union all select person_id, name from membership_history) m where name = ?) p using (person_id)"
            " order by 1",
            day,
            known,
            f"测试{n}",
        )
        return [str(row[0]) for row in rows]

    return where


@pytest.mark.parametrize(
    ("who", "day", "known", "where"),
    [
        # moved on 10 February, told on the 29th, back on 20 March
        pytest.param(1, "2024-02-20", "2024-02-20", both("3-1-101"), id="not known yet"),
        pytest.param(1, "2024-02-20", FEBRUARY, both("4-1-101"), id="moved"),
        pytest.param(1, "2024-02-09", FEBRUARY, both("3-1-101"), id="before the move"),
        pytest.param(1, "2024-02-09", MARCH, both("3-1-101"), id="before the move, known later"),
        pytest.param(1, "2024-03-01", MARCH, both("4-1-101"), id="between two moves"),
        pytest.param(1, MARCH, MARCH, both("3-1-101"), id="moved back"),
        pytest.param(1, "2010-04-30", MARCH, ["hukou 3-1-101"], id="before the register has him live there"),
        # died on 5 February; the row is gone in March
        pytest.param(5, "2024-02-10", "2024-02-10", both("3-1-201"), id="death not known yet"),
        pytest.param(5, "2024-02-10", FEBRUARY, [], id="dead"),
        pytest.param(5, "2024-02-05", FEBRUARY, [], id="the end is half-open"),
        pytest.param(5, "2024-02-04", MARCH, both("3-1-201"), id="alive, though the row is gone"),
        # a double that was struck off
        pytest.param(6, "2024-02-07", FEBRUARY, both("3-1-202"), id="one registration left"),
        pytest.param(6, "2024-02-01", FEBRUARY, sorted([*both("3-1-202"), *both("4-1-202")]), id="there were two"),
        # missing in February, there again in March as if nothing had been
        pytest.param(7, "2024-02-28", FEBRUARY, both("3-1-301"), id="before the file that lacks him"),
        pytest.param(7, "2024-03-10", "2024-03-10", [], id="missing"),
        pytest.param(7, "2024-03-10", MARCH, both("3-1-301"), id="never gone after all"),
        # a move that a correction took back
        pytest.param(8, "2024-03-01", "2024-03-01", both("4-1-302"), id="wrong, and known so"),
        pytest.param(8, "2024-03-01", CORRECTED, both("3-1-302"), id="corrected"),
        pytest.param(8, "2024-02-01", CORRECTED, both("3-1-302"), id="as if it had never been said"),
        pytest.param(9, "2024-03-10", None, both("3-1-401"), id="a new phone is no move"),
        pytest.param(11, "2024-02-19", FEBRUARY, [], id="not born yet"),
        pytest.param(11, "2024-02-20", FEBRUARY, both("4-1-101"), id="born"),
        pytest.param(1, JANUARY, "2024-01-30", [], id="before the first file nothing was known"),
    ],
)
def test_where_somebody_was(
    known_residences: Callable[..., list[str]], who: int, day: str, known: str | None, where: list[str]
) -> None:
    assert known_residences(who, day, known) == where


SINGLE = {"H1": ["02 测试1", "12 测试2"], "H3": ["02 测试3", "30 测试4"], "H10": ["02 测试10"]}
MARRIED = {"H1": ["02 测试1", "12 测试2"], "H3": ["02 测试3"], "H10": ["02 测试10", "12 测试4"]}


@pytest.mark.parametrize(
    ("day", "known", "members"),
    [
        pytest.param(JANUARY, None, SINGLE, id="before"),
        pytest.param(FEBRUARY, None, MARRIED | {"H1": ["02 测试1", "12 测试2", "30 测试11"]}, id="after both"),
        pytest.param("2024-02-13", FEBRUARY, SINGLE, id="the day before the marriage, known later"),
        pytest.param("2024-02-14", FEBRUARY, MARRIED, id="married, the child not born yet"),
    ],
)
def test_a_birth_and_a_marriage_change_households_from_their_day_on(
    nights: list[Release], day: str, known: str | None, members: dict[str, list[str]]
) -> None:
    rows = nights[-1].query(
        "select household_no, relation_to_head || ' ' || name from membership_as_of(?, ?)"
        " where household_no in ('H1', 'H3', 'H10') order by relation_to_head, name",
        day,
        known,
    )
    assert {no: [str(m) for n, m in rows if n == no] for no in members} == members


@pytest.mark.parametrize(
    ("day", "known", "sold", "inherited", "use"),
    [
        (JANUARY, None, "测试1", "测试5", "vacant"),
        ("2024-02-14", FEBRUARY, "测试1", "测试5", "rented"),
        ("2024-02-16", FEBRUARY, "测试3", "测试5", "rented"),
        ("2024-02-18", FEBRUARY, "测试3", "测试10", "rented"),
    ],
)
def test_a_sale_and_an_inheritance_leave_the_holder_before_in_the_past(
    nights: list[Release], day: str, known: str | None, sold: str, inherited: str, use: str
) -> None:
    rows = nights[-1].query(
        "select d.standard_address, t.holder_name, t.occupancy from title_as_of(?, ?) t join dwelling d using (dwelling_id)"
        " order by 1",
        day,
        known,
    )
    assert rows == [
        (home("3-1-101"), sold, "owner_occupied"),
        (home("3-1-201"), inherited, "owner_occupied"),
        (home("3-1-401"), "测试9", use),
    ]


def test_before_it_was_registered_nobody_held_it(nights: list[Release]) -> None:
    assert nights[-1].query("select count(*) from title_as_of(date '2015-04-30', date '2024-02-29')") == [(0,)]


def test_households_of_a_day(nights: list[Release]) -> None:
    def household(no: str, day: str) -> tuple[object, ...]:
        [row] = nights[-1].query(
            "select h.member_count, m.name, d.standard_address from household_as_of(?) h"
            " left join membership m on m.person_id = h.head_person_id and m.household_id = h.household_id"
            " and m.relation_to_head = '02' and m.valid_to is null"
            " left join dwelling d on d.dwelling_id = h.dwelling_id where h.household_no = ?",
            day,
            no,
        )
        return row

    assert household("H1", JANUARY) == (2, "测试1", home("3-1-101"))
    assert household("H1", FEBRUARY) == (3, "测试1", home("4-1-101"))
    assert household("H10", FEBRUARY) == (2, "测试10", home("3-1-402"))


def test_what_an_earlier_release_answered_is_what_the_newest_says_was_known_then(nights: list[Release]) -> None:
    """The proof that nothing rewrites the past: every release, asked for its own day, and the newest, asked for that day."""
    for table in ("residence", "membership", "title", "household"):
        for release, day in zip(nights, (JANUARY, FEBRUARY, MARCH), strict=True):
            names = [n for (n,) in release.query(f"select column_name from (describe from {table}_as_of(?))", day)]
            columns = ", ".join(str(n) for n in names if n not in ("known_to", "person_id" if table == "title" else ""))
            then, now = (
                sorted(map(str, known.query(f"select {columns} from {table}_as_of(?)", day)))
                for known in (release, nights[-1])
            )
            assert then == now, (table, day)
            assert then


def test_the_present_is_what_the_newest_register_says(nights: list[Release]) -> None:
    """Rules read `residence` and `title` without a thought of time."""
    standing = nights[-1].query(
        "select count(*), count(distinct person_id) from residence where kind = 'living' and valid_to is null"
    )
    assert standing == [(10, 10)]
    [(twice,)] = nights[-1].query(
        "select count(*) from (select residence_id from residence group by 1 having count(*) > 1"
        " union all select title_id from title group by 1 having count(*) > 1"
        " union all select membership_id from membership group by 1 having count(*) > 1"
        " union all select residence_history_id from residence_history group by 1 having count(*) > 1) as doubled"
    )
    assert twice == 0


def test_a_new_phone_is_no_history(nights: list[Release]) -> None:
    assert nights[-1].query("select valid_to, known_from, known_to from membership where name = '测试9'") == [
        (None, *nights[0].query("select min(known_from), null from membership")[0])
    ]
    assert nights[-1].query("select count(*) from membership_history where name = '测试9'") == [(0,)]


def test_each_day_has_the_release_that_served_it(nights: list[Release]) -> None:
    rows = nights[-1].query(
        "select release_id, cast(built_at as date)::varchar, known_on::varchar from release order by 2"
    )
    assert rows == [
        (nights[0].release_id, "2024-02-01", JANUARY),
        (nights[1].release_id, "2024-03-01", FEBRUARY),
        (nights[2].release_id, "2024-04-01", MARCH),
    ]


@pytest.mark.parametrize("lost", [("cache",), ("lake", "cache"), ()])
def test_a_lost_memory_costs_time_and_nothing_else(
    town: Town, nights: list[Release], tmp_path: Path, lost: tuple[str, ...]
) -> None:
    assert copy_of(town, tmp_path, without=lost).night().content_hash == nights[-1].content_hash


def test_a_spoiled_memory_is_not_believed(town: Town, nights: list[Release], tmp_path: Path) -> None:
    copy = copy_of(town, tmp_path)
    spoiled = list(copy.settings.cache.glob("history-*.parquet"))
    assert spoiled
    for path in spoiled:
        path.write_bytes(path.read_bytes()[:-20])
    assert copy.night().content_hash == nights[-1].content_hash


def test_a_late_file_of_an_older_day_takes_its_place(town: Town, nights: list[Release], tmp_path: Path) -> None:
    """January's files come last: the content is as if they had come first."""
    late = copy_of(town, tmp_path, without=("lake", "cache"))
    archive = RawArchive(late.settings)
    files = [archive.path(file) for file in archive.files() if "_20240131." in file.name]
    kept = [path.rename(tmp_path / path.name) for path in files]
    assert late.night("2024-04-01T01:30:00").query("select count(*) from membership_as_of(date '2024-02-01')") == [(0,)]
    assert len(kept) == 2
    for path, place in zip(kept, files, strict=True):
        path.rename(place)
    assert late.night("2024-04-02T01:30:00").content_hash == nights[-1].content_hash
