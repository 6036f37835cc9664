"""Faults of the environment: what an exception of a library means, and that a defect is none of them."""

from __future__ import annotations

import errno
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from contracts.errors import HubError
from warehouse.environment import SYSTEM, environment_fault, sqlite_damage


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes; Python ignores the signal, so that writing fails with EFBIG."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("code", SYSTEM, ids=errno.errorcode.get)
def test_an_error_of_the_system_is_told_with_its_path(code: int) -> None:
    fault = environment_fault(OSError(code, "text", "/srv/hub/file"))
    assert fault is not None
    assert fault.where == "/srv/hub/file"
    assert fault.what
    assert fault.remedy


@pytest.mark.parametrize(
    "defect",
    [KeyError("990001209901011234"), ValueError("x"), FileNotFoundError(errno.ENOENT, "gone", "x"), OSError("x")],
)
def test_a_defect_is_no_fault_of_the_environment(defect: Exception) -> None:
    assert environment_fault(defect) is None


def raise_from(defect: Exception, cause: Exception, chain: bool) -> None:
    try:
        raise cause
    except OSError:
        raise defect from (cause if chain else None)


@pytest.mark.parametrize(("chain", "what"), [(True, "the disk is full"), (False, None)])
def test_a_fault_is_found_below_what_was_raised_from_it_alone(chain: bool, what: str | None) -> None:
    with pytest.raises(RuntimeError) as raised:
        raise_from(RuntimeError("an event could not be stored"), OSError(errno.ENOSPC, "full"), chain)
    assert getattr(environment_fault(raised.value), "what", None) == what


@pytest.mark.parametrize("library", ["duckdb", "polars", "sqlite"])
def test_libraries_that_cannot_write_are_understood(tmp_path: Path, library: str) -> None:
    rows = pl.DataFrame({"n": range(200_000)})
    store = create_engine(f"sqlite:///{tmp_path}/some.sqlite")
    with pytest.raises((duckdb.Error, pl.exceptions.PolarsError, OSError, DatabaseError)) as raised, largest_file(4096):  # noqa: PT012
        if library == "duckdb":
            with duckdb.connect() as connection:
                connection.execute(
                    f"attach '{tmp_path}/city.duckdb' as city; create table city.t as from range(300000)"
                )
        elif library == "polars":
            rows.write_parquet(tmp_path / "rows.parquet", compression="uncompressed")
        else:
            with store.begin() as tx:
                tx.execute(text("create table t as with recursive n(i) as (select 1 union all select i + 1 from n limit 9999) select * from n"))  # fmt: skip # noqa: E501
    fault = environment_fault(raised.value)
    assert isinstance(fault, HubError)
    assert fault.remedy.endswith("do it again") or "dmesg" in fault.remedy


def test_a_missing_permission_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (n)")
    assert sqlite_damage(path) == ""
    path.write_bytes(b"no database at all" * 100)
    assert "damaged" in sqlite_damage(path, deep=False)
    assert sqlite_damage(tmp_path / "none.sqlite") == "its file cannot be opened"
