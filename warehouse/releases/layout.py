"""Names of the files in `releases/`: what one folder of a release holds, and the file that names the served one."""

from __future__ import annotations

CITY = "city.duckdb"
MANIFEST = "manifest.json"
POINTER = "CURRENT"
