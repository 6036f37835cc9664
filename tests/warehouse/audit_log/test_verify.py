"""Every change of the log is found, and the line is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from contracts.errors import HubError
from tests.warehouse.audit_log.written import WrittenLog, three_days
from warehouse.audit_log.heads import TreeHead, last_head, read_heads
from warehouse.audit_log.layout import HEADS, LEAVES
from warehouse.audit_log.prune import prune_log
from warehouse.audit_log.record import RS
from warehouse.audit_log.verify import log_damage
from warehouse.settings import Settings

Change = Callable[[Random, bytes], tuple[bytes, int]]
LINES = 12


def _lines(content: bytes) -> list[bytes]:
    return [RS + piece for piece in content.split(RS)[1:]]


def edit(random: Random, content: bytes) -> tuple[bytes, int]:
    at = random.randrange(len(content))
    other = random.choice([byte for byte in range(256) if byte != content[at]])
    changed = content[:at] + bytes([other]) + content[at + 1 :]
    line = content.count(RS, 0, at + 1)
    return changed, line - (content[at] == RS[0] and line > 1)  # without its RS a record is the end of the one before


def delete(random: Random, content: bytes) -> tuple[bytes, int]:
    lines = _lines(content)
    at = random.randrange(LINES)
    return b"".join(lines[:at] + lines[at + 1 :]), at + 1


def swap(random: Random, content: bytes) -> tuple[bytes, int]:
    lines = _lines(content)
    one, other = sorted(random.sample(range(LINES), 2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines), one + 1


def insert(random: Random, content: bytes) -> tuple[bytes, int]:
    lines = _lines(content)
    at = random.randrange(LINES + 1)
    forged = random.choice(lines).replace(b'"worker"', b'"forger"')
    return b"".join([*lines[:at], forged, *lines[at:]]), at + 1


def truncate(random: Random, content: bytes) -> tuple[bytes, int]:
    end = random.randrange(len(content))
    return content[:end], content.count(RS, 0, end + 1)  # of the record that lost its end, or is gone


def places(written: WrittenLog, *kept: TreeHead) -> list[str]:
    return [problem.where for problem in log_damage(written.settings, kept)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenLog:
    """A log that every test leaves as it was."""
    return three_days(tmp_path_factory.mktemp("audited"))


def test_a_log_that_nobody_touched_is_whole(written: WrittenLog) -> None:
    assert len(written.files) == 3
    assert places(written) == []


@pytest.mark.slow
@pytest.mark.parametrize("change", [edit, delete, swap, insert, truncate])
def test_a_thousand_random_changes_are_found_with_day_and_line(written: WrittenLog, change: Change) -> None:
    random = Random(20261129)
    for _ in range(200):
        file = random.choice(written.files)
        content = file.read_bytes()
        changed, line = change(random, content)
        file.write_bytes(changed)
        try:
            assert f"audit/{file.name}:{line}" in places(written)
        finally:
            file.write_bytes(content)
    assert places(written) == []


@pytest.mark.parametrize("suffix", [HEADS, LEAVES])
def test_changed_heads_and_leaf_hashes_are_found(written: WrittenLog, suffix: str) -> None:
    random = Random(7)
    for _ in range(40):
        file = random.choice(written.files).with_suffix(suffix)
        content = file.read_bytes()
        at = random.randrange(len(content) - 1)
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            assert any(file.stem in place for place in places(written)), at
        finally:
            file.write_bytes(content)


@pytest.mark.parametrize("day", [0, 1])
def test_a_day_that_is_gone_with_its_heads_is_missed_by_the_next(written: WrittenLog, day: int) -> None:
    files = [written.files[day].with_suffix(suffix) for suffix in (HEADS, LEAVES, written.files[0].suffix)]
    after, contents = written.files[day + 1], [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    try:
        assert places(written) == [f"audit/{after.name}"]
    finally:
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)


def test_the_end_of_the_log_is_held_by_heads_that_were_kept_elsewhere(tmp_path: Path) -> None:
    written = three_days(tmp_path)
    kept = last_head(written.settings.audit)
    assert kept
    last = written.files[-1]
    for suffix in (HEADS, LEAVES, last.suffix):
        last.with_suffix(suffix).unlink()
    assert places(written) == []  # without the head kept elsewhere nobody can know
    assert places(written, kept) == [f"audit/{kept.day}"]
    forged = TreeHead.parse(json.dumps(json.loads(kept.line()) | {"size": 99}))
    assert forged
    assert places(written, forged) == ["heads"]


def test_pruned_days_leave_their_last_head_and_no_complaint(tmp_path: Path) -> None:
    written = three_days(tmp_path)
    first = written.files[0]
    newest = [*read_heads(first.with_suffix(HEADS))][-1]
    written.clock.move(days=written.settings.audit_days - 2)
    assert [str(day) for day in prune_log(written.settings, written.clock.now)] == [first.stem]
    assert [*read_heads(first.with_suffix(HEADS))] == [newest]
    assert not first.exists()
    # today it is too early to have removed them, and that is told
    assert places(written) == [f"audit/{first.name}"]


def test_a_log_goes_on_after_a_hole_and_the_hole_stays_known(tmp_path: Path) -> None:
    written = WrittenLog(Settings(home=tmp_path))
    written.write(6)
    written.sign()
    [file] = written.files
    content = file.read_bytes()
    file.write_bytes(b"".join(_lines(content)[:3]))
    written.write(4)
    written.sign()
    assert places(written) == [f"audit/{file.name}:4"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda key: key.unlink(), "is gone"),
        (lambda key: key.write_bytes(b"short"), "has 5 bytes"),
        (lambda key: (key.chmod(0o644), key.parent.chmod(0o755)), "others can read"),
    ],
    ids=["missing", "wrong", "open to others"],
)
def test_a_key_that_cannot_be_trusted_is_refused(tmp_path: Path, spoil: Callable[[Path], object], says: str) -> None:
    written = three_days(tmp_path)
    spoil(written.settings.keys / "audit")
    with pytest.raises(HubError, match=says):
        [*log_damage(written.settings)]
    with pytest.raises(HubError, match=says):
        WrittenLog(written.settings)
