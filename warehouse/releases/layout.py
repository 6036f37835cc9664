"""Names of the files in `releases/`: those in a release's folder, and the pointer that names the served release."""

from __future__ import annotations

CITY = "city.duckdb"
HOME_FILES = "homes.sqlite"  # prepared home files (warehouse/prepared)
MANIFEST = "manifest.json"
POINTER = "CURRENT"
