"""Signs the audit log: syncs what was appended, adds it to the day's tree, and signs the head.

One process at a time signs: whichever holds `audit/signer.lock`; the system gives it back with the process.
Not here: appending (log.py), holding the log against its heads (verify.py).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from warehouse.audit_log.heads import TreeHead, first_leaf, read_heads
from warehouse.audit_log.keys import AuditKey, audit_key
from warehouse.audit_log.layout import LEAVES, RECORDS, days, head_file, leaf_file, record_file
from warehouse.audit_log.merkle import HASH_BYTES, MerkleTree, leaf_hash, read_leaves
from warehouse.audit_log.record import pieces
from warehouse.files import private_folder, sync_folder
from warehouse.settings import Settings

LOCK = "signer.lock"
Watch = Callable[[Sequence[bytes]], object]


class DayTree:
    """The tree of one day as far as it was signed; it goes on from the stored leaf hashes and the last head."""

    def __init__(self, folder: Path, day: date, watch: Watch) -> None:
        self._folder, self.day, self._watch = folder, day, watch
        _drop_torn_line(head_file(folder, day))
        head = next((head for head in reversed([*read_heads(head_file(folder, day))]) if head), None)
        size, self._length = (head.size, head.length) if head else (0, 0)
        leaves = read_leaves(leaf_file(folder, day))[:size]
        if leaf_file(folder, day).exists():  # a signer was stopped before it signed the rest
            os.truncate(leaf_file(folder, day), len(leaves) * HASH_BYTES)
        self._tree = MerkleTree(leaves)

    def sign(self, key: AuditKey, at: datetime, *, close: bool = False) -> TreeHead | None:
        """Sign what was appended since; None if nothing was. With `close` a torn record at the end, too."""
        with record_file(self._folder, self.day).open("rb") as file:
            if close:
                fcntl.flock(file, fcntl.LOCK_EX)  # nobody who looked at the clock before midnight writes any more
            # a file that has lost its end is signed on from where it ends; `verify` says what is missing
            end = os.fstat(file.fileno()).st_size
            self._length = min(self._length, end)
            file.seek(self._length)
            content = file.read(end - self._length)
            if not close:
                content = content[: content.rfind(b"\n") + 1]
            if not content:
                return None
            os.fsync(file.fileno())
        records = [*pieces(content)]
        leaves = [leaf_hash(record) for record in records]
        if self._tree.size == 0:
            leaves.insert(0, first_leaf(self._folder, self.day))
        _append(leaf_file(self._folder, self.day), b"".join(leaves))
        for leaf in leaves:
            self._tree.add(leaf)
        self._length += len(content)
        root = self._tree.root().hex()
        head = TreeHead(str(self.day), self._tree.size, self._length, root, at.isoformat()).sign(key)
        _append(head_file(self._folder, self.day), head.line().encode() + b"\n")
        self._watch(records)
        return head


class Signer:
    """Signs one deployment's log, day after day; `watch` gets every record once it is signed."""

    def __init__(self, folder: Path, zone: ZoneInfo, key: AuditKey, now: Callable[[], datetime], watch: Watch) -> None:
        self._folder, self._zone, self._key, self._now, self._watch = folder, zone, key, now, watch
        self._tree: DayTree | None = None

    def sign(self) -> TreeHead | None:
        """Sign every day that has records not yet signed, and close those that are over. The newest head, None if there is
        nothing new."""
        try:
            return self._sign()
        except OSError:
            self._tree = None  # to be read again: a full disk may have taken a part of the leaves or of the head
            raise

    def _sign(self) -> TreeHead | None:
        head = None
        first = self._tree.day if self._tree else self._first_open_day()
        open_days = [day for day in days(self._folder, RECORDS) if first is None or day >= first]
        for day in open_days:
            if self._tree is None or self._tree.day != day:
                self._tree = DayTree(self._folder, day, self._watch)
            is_over = day != open_days[-1] or day < self._now().astimezone(self._zone).date()
            head = self._tree.sign(self._key, self._now(), close=is_over) or head
        return head

    def _first_open_day(self) -> date | None:
        """The newest day with leaf hashes: those before it were closed when it began."""
        return next(reversed(days(self._folder, LEAVES)), None)


@contextmanager
def exclusive_signer(
    settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC), watch: Watch = len
) -> Iterator[Signer | None]:
    """The signer, if no other process signs at the moment, else None."""
    private_folder(settings.audit)
    with (settings.audit / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield Signer(settings.audit, ZoneInfo(settings.timezone), audit_key(settings), now, watch)


def _drop_torn_line(path: Path) -> None:
    """Remove the part of a line at the end of the file, which a full disk or a power loss may leave."""
    if path.exists() and not (content := path.read_bytes()).endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)


def _append(path: Path, content: bytes) -> None:
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)
