"""A release's database opened so that a statement can read its tables and nothing else of the machine.

Not here: following the served release (reader.py), which SQL may be asked (access/policy.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

LOCKED: dict[str, Any] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "lock_configuration": True,
}


def open_readonly(path: Path, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """Read-only, no files or network, configuration locked; `threads` 0: one per core. duckdb.Error if it cannot be."""
    return duckdb.connect(str(path), read_only=True, config=LOCKED | ({"threads": threads} if threads else {}))
