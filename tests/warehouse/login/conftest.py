"""A casebook on each database, its clock, and logging in to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from warehouse.casebook.casebook import Casebook
from warehouse.lake.seal import Seal
from warehouse.login.logins import Logins
from warehouse.login.rules import LoginRules

PASSWORD = "korrekt-pferd-17"
GRID = "140213052001001"


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def wait(self, **how: float) -> None:
        self.time += timedelta(**how)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rules() -> LoginRules:
    return LoginRules()


@pytest.fixture
def casebook(casebook_url: str, clock: Clock, rules: LoginRules) -> Iterator[Casebook]:
    with Casebook(casebook_url, rules=rules, now=clock) as book:
        book.add_user("worker", PASSWORD, "grid_worker", [GRID])
        yield book


@pytest.fixture
def logins(casebook: Casebook) -> Logins:
    return Logins(casebook, lambda: Seal(b"k" * 32))
