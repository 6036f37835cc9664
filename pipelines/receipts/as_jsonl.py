"""Writes the receipt as JSON lines in UTF-8: the summary with counts by rule, then one object per issue.

Not here: the content of the lines (`lines.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.receipts.lines import Content


def write(path: Path, content: Content) -> None:
    """Write the lines with English keys and severities for programs, and Chinese reasons and advice for clerks."""
    with path.open("wb") as file:
        file.write(json.dumps(content.as_json(), ensure_ascii=False).encode() + b"\n")
        for batch in content.issues.batches():
            batch.write_ndjson(file)
