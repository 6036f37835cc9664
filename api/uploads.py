"""A request's body onto the disk, as it comes in: a hidden file that is whole when it is handed on, and gone otherwise.

Not here: what a file may be called and where it goes (responses/delivery_desk.py), how large it may be (body_limits.py).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from api.errors import BadRequest
from warehouse.files import private_folder
from warehouse.settings import Settings

BLOCK = 1 << 20
PART = ".upload-{}.part"  # landing leaves names that start with a dot alone


class Upload(NamedTuple):
    """A file that came in whole."""

    path: Path
    sha256: str
    size: int


@asynccontextmanager
async def receive_upload(request: Request, folder: Path) -> AsyncIterator[Upload]:
    """The body in a file of `folder`, synced; at the end it is removed unless it was moved away.

    BadRequest for an empty body or one that breaks off; what `receive` raises for one that is too large.
    """
    private_folder(folder)
    path = folder / PART.format(uuid.uuid4().hex)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            async for block in _blocks(request):
                await run_in_threadpool(_take, file, digest, block)
                size += len(block)
            await run_in_threadpool(_sync, file)
        if not size:
            raise BadRequest("the body is empty", remedy="send the file's bytes as the body")
        yield Upload(path, digest.hexdigest(), size)
    except ClientDisconnect:
        raise BadRequest("the upload broke off", remedy="send the file again") from None
    finally:
        path.unlink(missing_ok=True)


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """The stream in larger pieces, so that few trips to a thread are made."""
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= BLOCK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _take(file: BinaryIO, digest: hashlib._Hash, block: bytes) -> None:
    file.write(block)
    digest.update(block)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def tidy(settings: Settings) -> None:
    """Remove what a killed process left behind; called before the first request."""
    shutil.rmtree(settings.checks, ignore_errors=True)
    for left in settings.landing.glob(f"*/{PART.format('*')}"):
        left.unlink(missing_ok=True)
