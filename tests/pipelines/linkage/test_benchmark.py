"""`benchmarks/linkage.py` on files made here: who is who, in one file and across two, and what is wrong with a file."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from benchmarks import linkage
from pipelines.linkage.name_facts import words

HEADER = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id"
GIVEN = sorted(words("mia noah ruby liam chloe jack ella lucas zoe ryan holly oscar isla henry poppy logan"))
FAMILY = sorted(words("white nguyen clarke webb ryan green campbell reid moody hage stubbs menzies blunden goode"))
STREETS = sorted(words("tullaroop giblin hawdon banfield lachlan derwent barraclough nangor kalgoorlie mawson"))


def people(seed: int) -> list[list[str]]:
    """300 people: the cells after rec_id."""
    draw = random.Random(seed)
    return [
        [
            draw.choice(GIVEN), draw.choice(FAMILY), str(draw.randrange(1, 300)), f"{draw.choice(STREETS)} street",
            f"flat {draw.randrange(1, 900)}", draw.choice(STREETS), str(draw.randrange(2000, 8000)),
            draw.choice(["nsw", "vic", "wa"]), f"19{draw.randrange(100):02}{draw.randrange(1, 13):02}{draw.randrange(1, 28):02}",
            str(draw.randrange(1_000_000, 9_999_999)),
        ]
        for _ in range(300)
    ]  # fmt: skip


def spoilt(cells: list[str], draw: random.Random) -> list[str]:
    """One cell empty, one with a slip, now and then the names crossed."""
    again = list(cells)
    again[draw.randrange(10)] = ""
    slip = draw.randrange(10)
    again[slip] = again[slip][:2] + again[slip][3:]
    if draw.random() < 0.1:
        again[0], again[1] = again[1], again[0]
    return again


def write(path: Path, rows: list[tuple[str, list[str]]]) -> Path:
    path.write_text("\n".join([HEADER, *(", ".join([key, *cells]) for key, cells in rows)]) + "\n", encoding="utf-8")
    return path


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["linkage.py", *words])
    linkage.main()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    draw = random.Random(7)
    originals = [(f"rec-{n}-org", cells) for n, cells in enumerate(people(1))]
    again = [(f"rec-{n}-dup-0", spoilt(cells, draw)) for n, cells in enumerate(people(1)) if n % 3]
    return (
        write(tmp_path / "all.csv", originals + again),
        write(tmp_path / "a.csv", originals),
        write(tmp_path / "b.csv", again),
    )


def test_it_finds_duplicates_in_one_file_and_links_two(
    files: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in ([files[0]], [files[1], files[2]]):
        run(monkeypatch, *map(str, given), "--layout", "febrl", "--out", str(tmp_path / "out.json"))
        figures = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert figures["true pairs"] == 200
        assert figures["precision"] >= 0.99
        assert figures["recall"] >= 0.97
        assert "pairwise after clustering" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no such file"),
        ("", "the file is empty"),
        (HEADER + "\n", "a header and no rows"),
        ("unique_id,first_name,surname,dob,city,email,cluster\n1,a,b,c,d,e,1\n", "the header lacks rec_id, given_name"),
        (HEADER + "\nsomebody" + ", x" * 10 + "\n", "rec_id does not say who it is"),
        ((HEADER + "\nrec-1-org" + ", x" * 10) + "\nrec-1-org" + ", x" * 10 + "\n", "two rows have one rec_id"),
        (HEADER + "\nrec-1-org" + ", x" * 10 + "\n", "no pairs to learn from"),
    ],
)
def test_a_file_that_cannot_be_measured_is_told_in_one_line(
    content: str | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, str(path), "--layout", "febrl")
    assert told in str(left.value)
    assert "\n" not in str(left.value)
