"""Copies new objects of a store (S3-compatible, or any fsspec URL) into landing each night.

A copy has the object's path and time. The copied objects are recorded in landing, so that a file removed from landing is not
copied again; nothing is deleted, here or there. Not here: reading the files (`pipelines/ingest/ingest.py`).
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.errors import HubError
from contracts.file_names import is_unfinished
from warehouse.extras import S3_URLS, require
from warehouse.files import atomic_file, write_atomically
from warehouse.lake.secrets import read_secret
from warehouse.settings import Settings

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

SECRET = "landing"
PATIENCE = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 2}}
Marks = dict[str, list[object]]


def copy_store(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Copy new and changed objects; return a sentence for each that failed. HubError: the store cannot be listed."""
    store, root = _open_store(settings)
    state, failed = settings.landing / ".store.json", list[str]()
    known = _load_marks(state)
    try:
        for key, path, info in _objects(store, root):
            mark: list[object] = [str(info.get("ETag") or info.get("mtime") or info.get("created")), info["size"]]
            if known.get(key) == mark:
                continue
            try:
                _copy(store, path, _target(settings, key), info["size"], replaces=key in known)
            except HubError as error:
                failed.append(f"HUB_LANDING_URL: {key!r}: {error}")
            else:
                known[key] = mark
                progress(f"{key} copied into landing")
    finally:
        write_atomically(state, json.dumps(known, ensure_ascii=False, indent=0).encode())
    return failed


def _load_marks(state: Path) -> Marks:
    try:
        marks: Marks = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marks


def _open_store(settings: Settings) -> tuple[AbstractFileSystem, str]:
    """The store and the path in it. S3 credentials come from the secret `landing`: {"key": …, "secret": …}."""
    from fsspec.core import url_to_fs  # type: ignore[import-untyped]

    options: dict[str, Any] = {}
    if settings.landing_url.startswith(S3_URLS):
        require("s3", "an S3-compatible store")
        options = {
            "config_kwargs": PATIENCE,
            "skip_instance_cache": True,
            "use_listings_cache": False,
            **_key(settings),
        }
        if settings.landing_endpoint:
            options["client_kwargs"] = {"endpoint_url": settings.landing_endpoint}
    try:
        store, root = url_to_fs(settings.landing_url, **options)
    except (ValueError, ImportError):
        raise HubError("this is no URL of a store", remedy="write it like s3://bucket/prefix") from None
    return store, root.rstrip("/")


def _key(settings: Settings) -> dict[str, str]:
    try:
        words = json.loads(read_secret(settings, SECRET))
        return {"key": str(words["key"]), "secret": str(words["secret"])}
    except (ValueError, TypeError, KeyError):
        raise HubError(
            f"the secret {SECRET} is not as it should be", remedy='write it as {"key": "…", "secret": "…"}'
        ) from None


def _objects(store: AbstractFileSystem, root: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every finished object below `root`: its key from there, its path, and the store's info."""
    try:
        found: dict[str, dict[str, Any]] = store.find(root, detail=True)
    except Exception as error:  # every store has errors of its own
        raise _failure(error) from None
    for path, info in sorted(found.items()):
        key = path.removeprefix(root).lstrip("/")
        hidden = any(is_unfinished(name) and name != ".." for name in key.split("/"))
        if key and not hidden and not key.endswith("/"):
            yield key, path, info


def _target(settings: Settings, key: str) -> Path:
    """The object's path in landing. HubError: its name leads out of landing."""
    if {"", ".", ".."} & set(key.split("/")) or "\\" in key or "\0" in key:
        raise HubError("the name leads out of landing", remedy="rename the object")
    return settings.landing / key


def _copy(store: AbstractFileSystem, path: str, target: Path, size: int, replaces: bool) -> None:
    """Copy the object atomically, with its time. HubError: it failed, or landing has another file of that name."""
    try:
        modified = store.modified(path).timestamp()
        if target.exists() and not replaces:
            there = target.stat()
            if (there.st_size, int(there.st_mtime)) == (size, int(modified)):
                return  # an earlier copy, whose record was lost
            raise HubError("landing holds another file of this name", remedy="rename one of the two")
        with atomic_file(target) as temporary:
            store.get_file(path, str(temporary))
            if temporary.stat().st_size != size:
                raise HubError("it changed while it was copied", remedy="the next night copies it")
            os.utime(temporary, (modified, modified))
    except HubError:
        raise
    except Exception as error:
        raise _failure(error) from None


def _failure(error: Exception) -> HubError:
    """A HubError for a store's error, without its text, which may quote the request."""
    if isinstance(error, PermissionError):
        return HubError("the store refuses", remedy=f"correct the secret {SECRET}, or have access granted")
    if isinstance(error, FileNotFoundError):
        return HubError("there is no such bucket or object", remedy="compare HUB_LANDING_URL with the store")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HubError("the disk is full", remedy="make room; the next night copies it")
    return HubError(
        f"the store does not answer ({type(error).__name__})", remedy="is HUB_LANDING_ENDPOINT right and up?"
    )
