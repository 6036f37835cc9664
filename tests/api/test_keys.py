"""A key file that is missing, wrong or open to others: the API does not start, and says why and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from api.app import create_app
from contracts.errors import HubError
from warehouse.lake.tokens import KEY_NAMES, ensure_keys, key_path
from warehouse.settings import Settings


@pytest.mark.parametrize("name", KEY_NAMES)
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (Path.unlink, r"no key here -> restore it"),
        (lambda path: path.write_bytes(b"k" * 31), r"a key has 32 bytes, this has 31 -> restore it"),
        (lambda path: path.write_bytes(b"k" * 32), r"another key than the one the data was made with -> restore"),
        (lambda path: path.chmod(0o644), r"others may read this -> chmod 600"),
        (lambda path: path.parent.chmod(0o755), r"others may read this -> chmod 700"),
    ],
    ids=["missing", "short", "another", "world-readable", "folder world-readable"],
)
def test_the_api_does_not_start(home: Settings, name: str, spoil: Callable[[Path], None], reason: str) -> None:
    ensure_keys(home)
    create_app(home)
    spoil(key_path(home, name))
    with pytest.raises(HubError, match=reason):
        create_app(home)


def test_a_home_before_its_first_night_has_no_keys_and_starts(home: Settings) -> None:
    create_app(home)


def test_keys_that_are_gone_altogether_are_missed(home: Settings) -> None:
    ensure_keys(home)
    for name in KEY_NAMES:
        key_path(home, name).unlink()
    home.keys.rmdir()
    with pytest.raises(HubError, match="no key here"):
        create_app(home)
