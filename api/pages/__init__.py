"""Pages for people, as files. They ask the same API as everybody else.

A page is `<name>.html` with what it links to beside it: one style sheet, plain JavaScript modules. Nothing comes from
another server, nothing is written into the HTML as script or style: the policy of every answer (`middleware.py`) lets a
browser refuse both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi.responses import FileResponse

HERE: Final = Path(__file__).parent
KINDS: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


def page(name: str) -> FileResponse:
    """A file of this folder, named as it is: `worklist.html`."""
    path = HERE / name
    return FileResponse(path, media_type=f"{KINDS[path.suffix]}; charset=utf-8")


def assets() -> frozenset[str]:
    """Names of the files that pages link to."""
    return frozenset(path.name for path in HERE.iterdir() if path.suffix in (".css", ".js"))
