"""Measures home files a second: `python -m benchmarks.api [--residents N] [--clients N] [--seconds S] [--home DIR] [--out FILE]`.

A simulated city is built (or `--home` is served as it is), `hub serve` answers on a free port, and wrk on the same cores asks for
one household after another as a grid lead. Beside it, in the same run: an empty route, and the same files with the prepared
home files set aside, read row by row. Debian's package `wrk` must be installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.grid_workers import Connection
from benchmarks.verdicts import COUNTY, PASSWORD, Server, build_home, free_port
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.releases.layout import HOME_FILES
from warehouse.releases.publish import current_id, show
from warehouse.releases.reader import ReleaseReader
from warehouse.settings import Settings

LEAD = "benchmark.lead"
HOUSEHOLDS = 20_000  # asked for in turn
RUNS = 3
# the paths are read once for each thread; wrk calls `request` for every request
LUA = """
local paths, n = {{}}, 0
for line in io.lines("{paths}") do paths[#paths + 1] = line end
wrk.headers["Authorization"] = "Bearer {token}"
request = function() n = n % #paths + 1; return wrk.format("GET", paths[n]) end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %f %f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--residents", type=int, default=10_400)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--home", type=Path, help="a home with a release, instead of building one")
    options.add_argument("--out", type=Path)
    args = options.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="hub-api-") as folder:
        settings = _settings(args.home or Path(folder) / "home", args.residents)
        figures = asyncio.run(measure(settings, Path(folder), args.clients, args.seconds))
    for name, value in figures.items():
        print(f"{name:<28} {value}")
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _settings(home: Path, residents: int) -> Settings:
    settings = Settings(home=home, port=free_port()) if home.exists() else build_home(home, residents, 1)
    with open_casebook(settings) as casebook:
        if LEAD not in {account.username for account in casebook.list_users()}:
            casebook.add_users([NewUser(LEAD, PASSWORD, "grid_lead", (COUNTY,))])
    return settings


async def measure(settings: Settings, work: Path, clients: int, seconds: int) -> dict[str, Any]:
    """The figures of home files, of an empty route, and of home files read row by row; medians of 3 runs."""
    release = ReleaseReader(settings).current()
    rows = release.query(
        f"select household_id from household where grid_code like '{COUNTY}%' order by hash(household_id)"
    )
    paths = [f"/v1/households/{row['household_id']}" for row in rows[:HOUSEHOLDS]]
    del release
    home_files = settings.releases / str(current_id(settings)) / HOME_FILES
    with Server(settings):
        prepared = await _load(settings, work, paths, clients, seconds)
        empty = await _load(settings, work, ["/healthz"], clients, seconds)
    home_files.rename(work / HOME_FILES)
    try:
        with Server(settings):
            rowwise = await _load(settings, work, paths, clients, seconds)
    finally:
        shutil.move(work / HOME_FILES, home_files)
    return {
        **prepared,
        "ratio_to_empty_route": round(prepared["requests_per_second"] / empty["requests_per_second"], 2),
        "empty_route_per_second": empty["requests_per_second"],
        "row_by_row_per_second": rowwise["requests_per_second"],
        "row_by_row_p99_ms": rowwise["p99_ms"],
        "home_files_mb": round(home_files.stat().st_size / 1e6, 1),
        "night_seconds": show(settings, str(current_id(settings))).seconds,
        "clients": clients,
        "households": len(paths),
    }


async def _load(settings: Settings, work: Path, paths: list[str], clients: int, seconds: int) -> dict[str, Any]:
    connection = Connection(settings.port)
    _, answer = await connection.ask("POST", "/login", {"username": LEAD, "password": PASSWORD})
    (work / "paths").write_text("\n".join(paths), encoding="ascii")
    script = work / "load.lua"
    script.write_text(LUA.format(paths=work / "paths", token=answer["access_token"]), encoding="utf-8")
    url = f"http://127.0.0.1:{settings.port}"
    command = ["wrk", "-t1", f"-c{clients}", "--timeout", "30s", "-s", str(script), url]
    subprocess.run([*command, "-d2s"], check=True, capture_output=True)  # warm-up
    runs = [_figures(subprocess.run([*command, f"-d{seconds}s"], check=True, capture_output=True)) for _ in range(RUNS)]
    return {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}


def _figures(done: subprocess.CompletedProcess[bytes]) -> dict[str, float]:
    found = re.search(r"FIGURES (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)", done.stdout.decode())
    assert found, done.stdout
    requests, micros, p50, p99, errors = map(float, found.groups())
    return {
        "requests_per_second": 1e6 * requests / micros,
        "p50_ms": p50 / 1000,
        "p99_ms": p99 / 1000,
        "errors": errors,
    }


if __name__ == "__main__":
    main()
