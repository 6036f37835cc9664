"""Towns whose night settles correction requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.corrections.corrected import Town


@pytest.fixture
def either(tmp_path: Path, casebook_url: str) -> Iterator[Town]:
    """With its casebook in either database."""
    town = Town(tmp_path, casebook_url)
    yield town
    town.casebook.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, f"sqlite:///{tmp_path}/casebook.sqlite")
    yield town
    town.casebook.close()
