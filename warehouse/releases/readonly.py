"""Opens a release's database so that SQL can read its tables and nothing else on the machine.

Not here: following the served release (reader.py), the SQL itself (access/policy.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

SANDBOX_CONFIG: dict[str, Any] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "lock_configuration": True,
}


def open_readonly(path: Path, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """A read-only connection without files, network or configuration; `threads` 0: one per core. duckdb.Error if damaged."""
    return duckdb.connect(str(path), read_only=True, config=SANDBOX_CONFIG | ({"threads": threads} if threads else {}))
