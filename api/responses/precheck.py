"""Checks a file without delivering it: runs `hub delivery check` in a process of its own, with limits on time and memory.

A foreign file is never parsed in the process that serves requests. Not here: the check itself (`pipelines/ingest/precheck.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from api.errors import PayloadTooLarge, error_log
from warehouse.settings import Settings

MAX_CONCURRENT_CHECKS = 2
# the limits are set before anything of ours is loaded; nice: serving requests goes first
CHILD = """
import os, resource, sys
os.nice(10)
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
sys.argv = ["hub", "delivery", "check", "--format", "json", "--", sys.argv[2]]
from cli.main import run
run()
"""
REMEDY = "split it, or deliver it: what is delivered is read at night without these limits"


def run_precheck(settings: Settings, path: Path) -> dict[str, Any]:
    """The result of `hub delivery check` on the file at `path`. PayloadTooLarge if a limit is reached."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(int(settings.check_memory)), str(path)],
            env=_environment(settings, path.parent),
            capture_output=True,
            timeout=settings.check_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PayloadTooLarge(f"checking the file takes more than {settings.check_seconds} s", remedy=REMEDY) from None
    if done.returncode in (0, 1) and done.stdout:
        [found] = json.loads(done.stdout)
        return dict(found)
    error_log.error("a check ended with status %d: %s", done.returncode, _error_line(done.stderr))
    raise PayloadTooLarge(
        "the check broke off; most often a file needs more memory than a check may have", remedy=REMEDY
    )


def _environment(settings: Settings, work: Path) -> dict[str, str]:
    """The environment of the child: only what it needs, with the module path of this process."""
    return {
        "HUB_HOME": str(settings.home.absolute()),
        "HUB_TIMEZONE": settings.timezone,
        "PYTHONPATH": os.pathsep.join(str(Path(p).absolute()) for p in sys.path),
        "PYTHONUTF8": "1",
        "POLARS_MAX_THREADS": "2",
        "TMPDIR": str(work.absolute()),
    }


def _error_line(stderr: bytes) -> str:
    """The error line that `hub` wrote; any other output is left out, as it may quote a row."""
    lines = stderr.decode(errors="replace").strip().splitlines() or [""]
    return lines[-1] if lines[-1].startswith("hub: ") else "killed, or out of memory"
