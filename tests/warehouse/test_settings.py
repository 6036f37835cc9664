"""Settings that would otherwise fail deep inside a night."""

import pytest
from pydantic import ValidationError

from warehouse.settings import Settings


@pytest.mark.parametrize("memory", ["", "6GB", "500MB", "1.5 GiB", "6gb", "80%"])
def test_a_memory_limit_as_duckdb_reads_it(memory: str) -> None:
    assert Settings(memory=memory).memory == memory


@pytest.mark.parametrize("memory", ["lots", "6", "GB", "-1GB", "6GB'; --"])
def test_anything_else_is_refused(memory: str) -> None:
    with pytest.raises(ValidationError):
        Settings(memory=memory)


def test_sizes_are_bytes_or_words_and_a_check_has_room_for_its_libraries() -> None:
    assert Settings(largest_upload="500MiB").largest_upload == 500 << 20  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Settings(check_memory=1 << 30)  # type: ignore[arg-type]
