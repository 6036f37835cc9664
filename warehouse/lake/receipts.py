"""The path of a delivery's receipt (回执), its file name for download, and its media type.

Not here: writing receipts (`pipelines/receipts/`), who may have one (`api/`).
"""

from __future__ import annotations

from pathlib import Path

from warehouse.lake.lake import Delivery
from warehouse.settings import Settings

# Media types of files that offices send and get back; a text's encoding is the office's own, so it is not named.
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".jsonl": "application/jsonl",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def receipt_file(settings: Settings, delivery: Delivery) -> Path | None:
    """The receipt's path; None if none was written, or the record names a path outside the receipts' folder."""
    if not delivery.receipt:
        return None
    root, path = settings.receipts.resolve(), (settings.receipts / delivery.receipt).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None


def receipt_name(delivery: Delivery) -> str:
    """The file name for download, such as `人口信息_20240301_回执_889d0ad4.csv`."""
    return f"{Path(delivery.file_name).stem}_回执_{delivery.id[:8]}{Path(delivery.receipt).suffix}"


def media_type(path: Path) -> str:
    return MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
