"""A night in which the Nth write, fsync, rename or open fails: it must end well, or in one line with the old release served.

For each N a copy of a small home gets a night with that fault, then one without, which must be good. Odd N: the disk fails
once (EIO); even N: it is full from there on (ENOSPC). `faults.c` is compiled with `cc` and preloaded, because hooks in Python
do not see what DuckDB, Polars and SQLite do. The audit is left out: it only reads. Nine operations of ten are Dagster's:
`--part` samples those below one folder of the home.

    python -m benchmarks.faults [--sample COUNT] [--part lake --part releases …]
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cli.main import error_line
from contracts.load import load_catalog
from demo.city import generate
from pipelines.orchestration.night import Night
from pipelines.orchestration.nightly import NightResult, run_night
from warehouse.lake.lake_check import lake_damage
from warehouse.lake.vault_check import vault_damage
from warehouse.releases.publish import current_id, file_damage
from warehouse.settings import Settings

SOURCE = Path(__file__).with_suffix(".c")
RESIDENTS = 150
DEFECT = "this is a defect"
LONGEST_NIGHT = 300  # seconds after which a night counts as hanging


class NoSuites:
    """Stands for the audit's process and finds nothing."""

    def validate(self, *_: Any) -> list[Any]:
        return []

    def close(self) -> None: ...


def quick_night(settings: Settings) -> NightResult:
    """A night without its audit."""
    return run_night(Night(settings, load_catalog(), suites=NoSuites()))  # type: ignore[arg-type]


class Outcome(NamedTuple):
    """The end of a night with a fault: `line` is its error, "" if it ended well; `problem` why that is wrong."""

    part: str
    n: int
    line: str
    problem: str


def make_home(home: Path) -> Settings:
    """A home with a release, in whose landing new files wait."""
    settings = Settings(home=home, settle_seconds=0)
    home.mkdir(mode=0o700)
    generate(home, residents=RESIDENTS)
    delivered = {path: path.read_bytes() for path in sorted(settings.landing.glob("*/*_20261031.csv"))}
    assert delivered
    quick_night(settings)  # archives them
    for path, content in delivered.items():
        lines = content.splitlines(keepends=True)
        path.with_name(path.name.replace("20261031", "20261101")).write_bytes(b"".join(lines[:-1]))
    return settings


def outcomes(base: Settings, work: Path, part: str, steps: range) -> Iterator[Outcome]:
    """Yield the outcome for each N of `steps`, of the operations below the folder `part` of the home."""
    library = ctypes.CDLL(None)
    for n in steps:
        home = work / f"home-{n}"
        settings = base.model_copy(update={"home": home})
        shutil.copytree(base.home, home)
        before = current_id(settings)

        def with_fault(n: int = n, home: Path = home, settings: Settings = settings) -> None:
            code, stays = (errno.EIO, 0) if n % 2 else (errno.ENOSPC, 1)
            library.fault_arm(os.fsencode(home / part), ctypes.c_long(n), code, stays)
            try:
                quick_night(settings)
            finally:
                library.fault_arm(os.fsencode(home), ctypes.c_long(0), 0, 0)

        line = in_child(with_fault)
        problem = _problem(settings, before, line) or _problem_after(settings)
        shutil.rmtree(home)
        yield Outcome(part, n, line, problem)


def operations(base: Settings, work: Path, part: str) -> int:
    """The number of file operations of the night below the folder `part` of the home."""
    home, library = work / "counted", ctypes.CDLL(None)
    shutil.copytree(base.home, home)

    def counted() -> None:
        library.fault_arm(os.fsencode(home / part), ctypes.c_long(0), 0, 0)
        quick_night(base.model_copy(update={"home": home}))
        (work / "count").write_text(str(library.fault_count()), encoding="ascii")

    line = in_child(counted)
    assert not line, line
    shutil.rmtree(home)
    return int((work / "count").read_text(encoding="ascii"))


def _problem(settings: Settings, before: str | None, line: str) -> str:
    """Why the end of the night is wrong; "" if it is right."""
    served = current_id(settings)
    if DEFECT in line or line.startswith("the process"):
        return "a defect"
    if served is None or file_damage(settings, served):
        return "the served release is damaged"
    return "success without a release" if not line and served == before else ""


def _problem_after(settings: Settings) -> str:
    if line := in_child(lambda: quick_night(settings) and None):
        return f"the next night fails: {line}"
    return next((f"left damaged: {p}" for p in (*lake_damage(settings), *vault_damage(settings))), "")


def in_child(action: Callable[[], object]) -> str:
    """Run `action` in a child; returns the line of its error, "" if there was none."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        line = ""
        try:
            action()
        except BaseException as error:
            line = error_line(error) or "an error without words"
        os.write(write, line.encode()[:4096])
        os._exit(0)
    os.close(write)
    deadline = time.monotonic() + LONGEST_NIGHT
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, 9)
        time.sleep(0.05)
    with os.fdopen(read, encoding="utf-8", errors="replace") as pipe:
        line = pipe.read()
    return line if os.waitstatus_to_exitcode(ended[1]) == 0 else f"the process ended by signal {ended[1] & 0x7F}"


def preload() -> None:
    """Start this script again with faults.c preloaded, if it is not."""
    if hasattr(ctypes.CDLL(None), "fault_arm"):
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "faults.so"
        subprocess.run(["cc", "-O2", "-w", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        command = ["env", f"LD_PRELOAD={library}", sys.executable, "-m", "benchmarks.faults", *sys.argv[1:]]
        sys.exit(subprocess.run(command, check=False).returncode)


def try_all(base: Settings, work: Path, part: str, sample: int) -> int:
    """Print the outcome of each operation sampled below a folder; returns the number of wrong ones."""
    last, wrong = operations(base, work, part), 0
    print(json.dumps({"part": part, "operations": last}), flush=True)
    step = max(1, last // sample) if sample else 1
    for outcome in outcomes(base, work, part, range(1 + step // 2, last + 1, step)):
        print(json.dumps(outcome._asdict(), ensure_ascii=False), flush=True)
        wrong += bool(outcome.problem)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sample", type=int, default=0, help="so many operations, evenly spread over the night; 0: all"
    )
    parser.add_argument("--part", action="append", help="a folder of the home, may be repeated; without: all of it")
    arguments = parser.parse_args()
    preload()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        made = work / "base"
        line = in_child(lambda: make_home(made))  # threads of a night in this process would not survive a fork
        assert not line, line
        base = Settings(home=made, settle_seconds=0)
        wrong = sum(try_all(base, work, part, arguments.sample) for part in arguments.part or [""])
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
