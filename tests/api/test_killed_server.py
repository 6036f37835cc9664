"""A server that is kill_server with -9 while verdicts pour in has lost none that it answered, and a retry doubles none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.verdicts import PASSWORD, free_port, kill_server
from tests.api.city import point_to, small_city, write_release
from warehouse.casebook.casebook import NewUser, open_casebook
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

CLIENTS = 6


def test_what_was_answered_is_there_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, port=free_port())
    write_release(settings, "r1", small_city(settings))
    point_to(settings, "r1")
    with open_casebook(settings) as casebook:
        casebook.add_users(NewUser(f"worker{n}", PASSWORD, "grid_worker", ("140213",)) for n in range(CLIENTS))
    found = asyncio.run(kill_server(settings, CLIENTS, 1.0))
    assert found["acknowledged"] > 0
    assert found["present"] == found["acknowledged"]
    assert [found[name] for name in ("lost", "doubled", "missing_in_the_end", "doubled_in_the_end")] == [0, 0, 0, 0]
