"""`benchmarks/linkage.py` on small files: duplicates in one file, links across two, and faulty files."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from benchmarks import linkage
from tests.pipelines.linkage.tables import FEBRL, australians, spoilt

pytestmark = pytest.mark.slow

HEADER = ", ".join(("rec_id", *FEBRL))


def write(path: Path, rows: list[tuple[str, list[str]]]) -> Path:
    path.write_text("\n".join([HEADER, *(", ".join([key, *cells]) for key, cells in rows)]) + "\n", encoding="utf-8")
    return path


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["linkage.py", *words])
    linkage.main()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    draw = random.Random(7)
    originals = [(f"rec-{n}-org", cells) for n, cells in enumerate(australians(1))]
    again = [(f"rec-{n}-dup-0", spoilt(cells, draw)) for n, cells in enumerate(australians(1)) if n % 3]
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
