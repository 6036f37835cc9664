"""The audit's process: the same answers, and clear words when it is lost."""

from __future__ import annotations

import io
import os
import pickle
import signal
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from contracts.errors import ContractError, HubError
from contracts.model import Check, Column, Table
from contracts.suite import validate
from contracts.suite_process import SuiteProcess, serve

pytestmark = pytest.mark.slow

NAME = Column("name", "姓名", "姓名", "string", checks=(Check("not_null", "name"),))
THING = Table("thing", "city", "1.0.0", "物", (NAME,), "contracts/city/thing.odcs.yaml", "0" * 64)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "city.duckdb")) as connection:
        connection.execute("create table thing as select * from (values ('甲'), (null)) as t(name)")
    return tmp_path / "city.duckdb"


def test_it_answers_as_validate_does_and_says_so_table_by_table(path: Path) -> None:
    process, lines = SuiteProcess(), list[str]()
    try:
        assert process.validate(path, [THING], {}, lines.append) == validate(path, [THING], {})
        assert process.validate(path, [THING], {}) == validate(path, [THING], {})
    finally:
        process.close()
    assert lines == ["city.thing: 3 checks, 1 broken"]


def test_a_lost_process_is_said_so(path: Path) -> None:
    process = SuiteProcess()
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(HubError, match="the audit's process ended with status -9"):
        process.validate(path, [THING], {})
    process.close()


def answers(request: bytes) -> list[object]:
    out = io.BytesIO()
    serve(io.BytesIO(request), out)
    out.seek(0)
    found = []
    while out.tell() < len(out.getvalue()):
        found.append(pickle.load(out))
    return found


def test_the_child_answers_per_table_and_hands_our_errors_on(path: Path) -> None:
    unknown = replace(THING, checks=(Check("expectation", None, {"type": "expect_magic"}),))
    first, error = answers(pickle.dumps((path, [THING, unknown], {})))
    assert first == validate(path, [THING], {})
    assert isinstance(error, ContractError)
    assert str(error).startswith("contracts/city/thing.odcs.yaml: Great Expectations does not know `expect_magic`")


def test_the_child_ends_with_its_parent() -> None:
    assert answers(b"") == []
