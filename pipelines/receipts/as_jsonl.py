"""The receipt as JSON lines in UTF-8: the summary with the counts by rule, then one object per bad row and value.

Not here: what the lines say (`lines.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.receipts.lines import Content


def write(path: Path, content: Content) -> None:
    """Names and severities are ours (`row_no`, `error`): a program reads them; reasons and advice are for its clerk."""
    with path.open("wb") as file:
        file.write(json.dumps(content.as_json(), ensure_ascii=False).encode() + b"\n")
        for batch in content.issues.batches():
            batch.write_ndjson(file)
