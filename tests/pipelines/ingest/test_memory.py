"""Memory used for reading hostile and large files, measured in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.hostile import GOOD
from tests.pipelines.mutants import HEADER
from tests.pipelines.office import Office, csv_text, id_no, resident

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).parents[3]
MEASURE = r"""
import re, sys
from pathlib import Path
from contracts.code_lists import HERE, load_code_lists
from pipelines.ingest.ingest import ingest_landing
from tests.pipelines.mutants import narrow
from warehouse.settings import Settings
settings = Settings(home=Path(sys.argv[1]), settle_seconds=0)
def peak():
    # ru_maxrss begins with what the parent held
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) >> 10
def ingest():
    return ingest_landing(settings, narrow(), load_code_lists([HERE, settings.codes])).deliveries
ingest()
before = peak()
Path(sys.argv[2]).rename(settings.landing / "office" / "人口信息_20240301.csv")
[delivery] = ingest()
print(before, peak(), delivery.status, delivery.accepted, delivery.reason)
"""


def measure_memory(tmp_path: Path, path: Path) -> tuple[int, int, str]:
    """The peak memory in MiB before and after a process ingests the file, and its output."""
    office = Office(tmp_path / "home")
    office.drop(GOOD, csv_text([resident(1)]))
    run = [sys.executable, "-c", MEASURE, str(tmp_path / "home"), str(path)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    before, after, said = done.stdout.split(" ", 2)
    return int(before), int(after), said


def test_a_line_without_an_end_takes_no_more_memory_than_others(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    path.write_text(",".join(HEADER) + "\n", encoding="utf-8")
    os.truncate(path, 2 << 30)
    before, after, said = measure_memory(tmp_path, path)
    assert "does not end within 64 MiB" in said
    assert after - before < 1024


def test_lines_that_wait_for_the_end_of_a_quote_do_not_pile_up(tmp_path: Path) -> None:
    path = tmp_path / "quote"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + '\n"')
        for _ in range(300):
            file.write("x" * (1 << 20) + "\n")
    before, after, said = measure_memory(tmp_path, path)
    assert "not one of 300 rows" in said
    assert after - before < 1024


def test_memory_is_bounded_by_pieces_not_by_the_file(tmp_path: Path) -> None:
    path, people, times = tmp_path / "large", 90_000, 60  # id_no() has as many numbers
    rows = people * times
    persons = [f"{'女男'[n % 2]},19{(n // 1000 + 80) % 90 + 10}-01-01,{id_no(n)},154{n:08d},\n" for n in range(people)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for begin in range(0, rows, people):
            file.writelines(f"R{begin + n},{person}" for n, person in enumerate(persons))
    assert path.stat().st_size > 280 << 20
    _, after, said = measure_memory(tmp_path, path)
    assert said.startswith(f"accepted {rows}")
    assert after < 900
