"""Appending and signing: nothing is lost by a kill, a torn record or midnight, and the tree is that of RFC 6962."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.audit_log.written import Clock, WrittenLog, record
from warehouse.audit_log.layout import HEADS
from warehouse.audit_log.log import AuditUnavailable
from warehouse.audit_log.merkle import MerkleTree, leaf_hash
from warehouse.audit_log.queries import RecordFilter, find_records
from warehouse.audit_log.record import AuditRecord, pieces
from warehouse.audit_log.verify import log_damage
from warehouse.settings import Settings

KILLED = """
import os, sys, datetime
from pathlib import Path
from warehouse.audit_log.log import open_audit_log
from warehouse.settings import Settings
from tests.warehouse.audit_log.written import record
log = open_audit_log(Settings(home=Path(sys.argv[1])))
for _ in range(3):
    log.append(record(datetime.datetime.now(datetime.UTC)))
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def written(tmp_path: Path) -> WrittenLog:
    return WrittenLog(Settings(home=tmp_path))


def recursive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_tree_is_that_of_the_rfc(leaves: list[bytes]) -> None:
    assert MerkleTree(map(leaf_hash, leaves)).root() == recursive_root(leaves)


@given(st.text(), st.text(), st.datetimes(timezones=st.just(UTC)))
def test_a_record_is_read_back_as_it_was_written(user: str, reason: str, at: datetime) -> None:
    kept = AuditRecord(at=at, method="CLI", route="hub sql", user=user, reason=reason)
    [piece] = pieces(kept.encode())
    assert AuditRecord.decode(piece) == kept


@given(st.binary())
def test_bytes_that_somebody_else_wrote_are_no_record(content: bytes) -> None:
    assert AuditRecord.decode(content) is None


@pytest.mark.slow
def test_a_killed_process_loses_no_record(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == -9
    assert len([*find_records(tmp_path / "audit", RecordFilter())]) == 3


def test_a_torn_record_spoils_no_other(written: WrittenLog) -> None:
    written.write(2)
    [file] = written.files
    with file.open("ab") as torn:
        torn.write(record(written.clock.now).encode()[:40])
    written.write(2)
    written.sign()
    assert len([*find_records(written.settings.audit, RecordFilter())]) == 4
    assert not [*log_damage(written.settings)]


def test_a_full_disk_is_an_error_and_nothing_counts_as_written(written: WrittenLog) -> None:
    written.write(1)
    [file] = written.files
    content = file.read_bytes()
    file.unlink()
    file.symlink_to("/dev/full")
    with pytest.raises(AuditUnavailable, match="disk is full"):
        written.write(1)
    assert written.log.trouble
    file.unlink()
    file.write_bytes(content)
    written.write(1)
    assert written.log.trouble == ""


def test_a_clock_that_is_set_back_opens_no_closed_day(written: WrittenLog) -> None:
    written.write(1)
    written.clock.move(days=1)
    written.write(1)
    written.sign()
    written.clock.move(days=-1)
    written.write(1)
    written.sign()
    assert len(written.files) == 2
    assert not [*log_damage(written.settings)]


def test_heads_are_few_and_new_ones_only_for_new_records(written: WrittenLog) -> None:
    written.write(3)
    for _ in range(3):
        written.sign()
    assert len(written.files[0].with_suffix(HEADS).read_bytes().splitlines()) == 1


def test_the_files_are_for_the_hub_alone(written: WrittenLog) -> None:
    written.write(1)
    assert written.files[0].stat().st_mode & 0o077 == 0
    assert os.stat(written.settings.audit).st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ({}, 3),
        ({"user": "worker"}, 2),
        ({"user": "nobody"}, 0),
        ({"person": "p1"}, 2),
        ({"person": "p1", "user": "lead"}, 1),
        ({"household": "household of p2"}, 1),
        ({"dwelling": "p1"}, 0),
    ],
)
def test_records_are_found_by_who_and_whom(tmp_path: Path, condition: dict[str, str], number: int) -> None:
    from tests.api.doubts import key

    written = WrittenLog(Settings(home=tmp_path))
    for user, person in (("worker", "p1"), ("worker", "p2"), ("lead", "p1")):
        written.log.append(record(written.clock.now, user=user, person=person))
    asked = {name: value if name == "user" else key(value) for name, value in condition.items()}
    assert len([*find_records(written.settings.audit, RecordFilter(**asked))]) == number


def test_failed_logins_are_kept_by_a_keyed_hash(tmp_path: Path) -> None:
    one, other = (WrittenLog(Settings(home=tmp_path / name)).log for name in "ab")
    assert one.attempt("my password") == one.attempt("my password") != other.attempt("my password")


def test_the_clock_of_the_tests_keeps_no_day_too_old() -> None:
    assert (datetime.now(UTC) - Clock().now).days <= 4
