"""Runs one night for `nightly.py`: prints seconds and peak memory per stage as JSON."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from contracts.suite_process import SuiteProcess
from warehouse.lake.tokens import ensure_keys
from warehouse.settings import Settings

STATUS, REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class PeakPerStage:
    """A progress callback that records the peak memory of each stage (Linux)."""

    def __init__(self) -> None:
        self.peak_mb: dict[str, int] = {}
        REFS.write_text("5", encoding="ascii")  # 5 resets the peak

    def __call__(self, line: str) -> None:
        stage = re.fullmatch(r"([a-z-]+) [0-9.]+ s", line)
        if stage:
            high = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))
            self.peak_mb[stage[1]] = int(high[1]) // 1024 if high else 0
            REFS.write_text("5", encoding="ascii")


if __name__ == "__main__":
    suites = SuiteProcess()  # as `hub nightly` does
    from pipelines.orchestration.nightly import run_nightly

    settings = Settings(home=Path(sys.argv[1]))
    ensure_keys(settings)
    peaks = PeakPerStage()
    result = run_nightly(settings, peaks, suites)
    print(json.dumps({"seconds": result.seconds, "peak_mb": peaks.peak_mb, "rows": sum(result.rows.values())}))
