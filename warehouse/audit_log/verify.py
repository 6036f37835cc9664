"""Holds the audit log against its signed heads, and against heads that were kept elsewhere; says where it was changed.

The stored leaf hashes are trusted only as far as a head has signed their root; then they tell the very line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from contracts.errors import HubError
from warehouse.audit_log.heads import TreeHead, first_leaf, read_heads
from warehouse.audit_log.keys import AuditKey, audit_key
from warehouse.audit_log.layout import days, head_file, leaf_file, record_file
from warehouse.audit_log.merkle import leaf_hash, read_leaves, roots_at
from warehouse.audit_log.record import AuditRecord, pieces
from warehouse.settings import Settings

KEEP = "keep audit/ as it is, compare it with a backup, and find out who could write there"
SIGNED_WITHIN = timedelta(minutes=1)  # so long after a record somebody should have signed it


def log_damage(settings: Settings, kept: Sequence[TreeHead] = (), newest: int | None = None) -> Iterator[HubError]:
    """Every place where the log is not what its heads, and the heads `kept` elsewhere, say. HubError if its key is unusable.

    `newest`: only of so many newest days the content is read. Nothing is changed, and the log may be written meanwhile.
    """
    there = days(settings.audit)
    if not there and not kept:
        return
    key = audit_key(settings)
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    for head in kept:
        if not head.is_genuine(key):
            yield HubError(f"the head of {head.day} is not signed with this log's key", where="heads", remedy=KEEP)
        elif date.fromisoformat(head.day) not in there:
            yield _damage(f"{head.day}", f"a head of {head.size} leaves was signed, and nothing is there")
    for day in there[-newest:] if newest else there:
        signed = [head for head in kept if head.day == str(day) and head.is_genuine(key)]
        found = _Day(settings, key, day, is_last=day == there[-1])
        if found.was_removed:
            if (today - day).days <= settings.audit_days:
                yield _damage(found.name, f"the records are gone, and are to be kept {settings.audit_days} days")
        else:
            yield from found.damage(signed)


@dataclass
class _Day:
    """One day's files, read so that a signer at work does no harm: heads before what they sign."""

    settings: Settings
    key: AuditKey
    day: date
    is_last: bool

    def __post_init__(self) -> None:
        folder = self.settings.audit
        self.name = record_file(folder, self.day).name
        self._heads = [*read_heads(head_file(folder, self.day))]
        path = record_file(folder, self.day)
        self.was_removed = not path.exists()
        self._pieces = [] if self.was_removed else [*pieces(path.read_bytes())]
        self._stored = read_leaves(leaf_file(folder, self.day))
        self._first = first_leaf(folder, self.day)

    def damage(self, kept: Iterable[TreeHead]) -> Iterator[HubError]:
        """The problems of the day; the first wrong line is named, and how many are missing and too many."""
        is_right = [
            head is not None and head.day == str(self.day) and head.is_genuine(self.key) for head in self._heads
        ]
        if not all(is_right):
            path = head_file(self.settings.audit, self.day)
            yield _damage(f"{path.name}:{is_right.index(False) + 1}", "no head of this day that the key has signed")
        own = [head for head, right in zip(self._heads, is_right, strict=True) if head and right]
        heads = sorted([*own, *kept], key=lambda head: head.size)
        actual = [self._first, *map(leaf_hash, self._pieces)]
        sizes = {head.size for head in heads}
        stored = roots_at(self._stored, sizes)
        found = self._against_leaves if all(stored.get(h.size) == h.root for h in heads) else self._against_heads
        problems = [*found(actual, heads)]
        yield from problems or self._unsigned(max((head.size for head in own), default=0))

    def _against_leaves(self, actual: Sequence[bytes], heads: Sequence[TreeHead]) -> Iterator[HubError]:
        size = heads[-1].size if heads else 0
        signed, present = self._stored[:size], actual[:size]
        if size and signed[0] != actual[0]:
            yield _damage(
                self.name, "does not begin with the last head of the days before: a day or its end is missing"
            )
        pairs = zip_longest(signed[1:], present[1:])
        wrong = next((line for line, (was, is_) in enumerate(pairs, 1) if was != is_), None)
        if wrong:
            gone, new = Counter(signed) - Counter(actual), Counter(present) - Counter(signed)
            what = f"of {size - 1} signed records {gone.total()} are missing, and {new.total()} were not signed"
            yield _damage(f"{self.name}:{wrong}", what if gone or new else "the records are in another order")

    def _against_heads(self, actual: Sequence[bytes], heads: Sequence[TreeHead]) -> Iterator[HubError]:
        roots, right = roots_at(actual, {head.size for head in heads}), 0
        for head in heads:
            if roots.get(head.size) != head.root:
                there = f"only {len(self._pieces)} are there" if head.size not in roots else "they are others"
                what = (
                    f"records {right + 1} to {head.size - 1} are not those that the head of {head.at} signed: {there}"
                )
                yield _damage(f"{self.name}:{right + 1}", what)
                return
            right = head.size - 1
        yield _damage(
            leaf_file(self.settings.audit, self.day).name, "the leaf hashes are damaged; the records are whole"
        )

    def _unsigned(self, size: int) -> Iterator[HubError]:
        more = self._pieces[max(size - 1, 0) :]
        oldest = min(
            (record.at for record in map(AuditRecord.decode, more) if record), default=datetime.max.replace(tzinfo=UTC)
        )
        if more and (not self.is_last or datetime.now(UTC) - oldest > SIGNED_WITHIN):
            yield HubError(
                f"{len(more)} records are in no signed head",
                where=f"audit/{self.name}:{max(size, 1)}",
                remedy="start `hub serve`, which signs, or run `hub audit sign`; if heads were lost, compare with kept ones",
            )


def _damage(name: str, what: str) -> HubError:
    return HubError(what, where=f"audit/{name}", remedy=KEEP)
