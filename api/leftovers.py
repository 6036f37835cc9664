"""Files of uploads on their way, and the removal of those that a killed server left behind.

Not here: receiving uploads (uploads.py).
"""

from __future__ import annotations

import shutil
from typing import Final

from warehouse.settings import Settings

PART: Final = ".upload-{}.part"  # landing ignores names that start with a dot


def remove_leftovers(settings: Settings) -> None:
    """Remove them; called before the first worker starts, as later it would take files that another worker is writing."""
    shutil.rmtree(settings.checks, ignore_errors=True)
    for path in settings.landing.glob(f"*/{PART.format('*')}"):
        path.unlink(missing_ok=True)
