"""Streams a request's body into a hidden file, which is handed on when it is complete and removed otherwise.

Not here: names and folders of uploads (`responses/delivery_desk.py`), their size (`body_limits.py`).
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from api.errors import BadRequest
from api.leftovers import PART
from warehouse.files import private_folder

BLOCK = 1 << 20  # bytes


class Upload(NamedTuple):
    """A file that was received completely."""

    path: Path
    sha256: str
    size: int


@asynccontextmanager
async def receive_upload(request: Request, folder: Path) -> AsyncIterator[Upload]:
    """The body as a file in `folder`, synced to disk; on exit it is removed unless it was moved away.

    BadRequest if the body is empty or breaks off; HTTPException 413 (`middleware.py`) if it is too large.
    """
    private_folder(folder)
    path = folder / PART.format(uuid.uuid4().hex)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            async for block in _blocks(request):
                await run_in_threadpool(_write_block, file, digest, block)
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
    """The stream in blocks of at least `BLOCK` bytes, so that few calls to a thread are made."""
    buffer = bytearray()
    async for chunk in request.stream():
        buffer += chunk
        if len(buffer) >= BLOCK:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


def _write_block(file: BinaryIO, digest: hashlib._Hash, block: bytes) -> None:
    file.write(block)
    digest.update(block)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
