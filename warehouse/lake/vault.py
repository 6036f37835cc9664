"""The vault: raw ID numbers and phones by token, encrypted; the only place where they are stored.

It protects against anyone who has the files (a stolen disk, a backup, a wrong share) without `keys/vault.key`, and against
pages being changed, swapped or moved. It does not protect against somebody who has key and files, nor hide the tokens and
their number: those are in the lake too. Not here: who may ask for a value, and the audit of it (`api/`).

`vault/<kind>/<n>-<delivery>.parquet`, append-only. One row is one page: up to 1,024 values in the order of their
tokens, sealed (`seal.py`) as one, bound to kind and first token. `vault/SHA256SUMS` has the checksum of every file; checking
and repairing them: `vault_check.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import polars as pl

from contracts.errors import HubError
from warehouse.checksums import FolderSums
from warehouse.files import atomic_file, private_folder
from warehouse.lake.seal import BrokenSealError, Seal
from warehouse.lake.tokens import read_key
from warehouse.settings import Settings

PAGE = 1024
FLUSH = 500_000


class Vault:
    """The vault, opened with its key: `deposit` adds values, `reveal` reads one."""

    def __init__(self, root: Path, key: bytes) -> None:
        self.root, self._seal = root, Seal(key)
        self._sound: set[str] = set()

    @classmethod
    def load(cls, settings: Settings) -> Vault:
        return cls(settings.vault, read_key(settings, "vault"))

    def deposit(self, delivery_id: str) -> Deposit:
        """A context that stores the values of one delivery: `with vault.deposit(id) as d: d.add(kind, tokens, values)`."""
        return Deposit(self, delivery_id)

    def reveal(self, kind: str, token: str) -> str | None:
        """The raw value, or None if the vault has none for the token. Decrypts one page; HubError if that is damaged."""
        number = int(token, 16)
        wanted = pl.lit(number, pl.UInt128).is_between(pl.col("first"), pl.col("last"))
        for path in self.files(kind):
            spans = pl.scan_parquet(path).select("first", "last").with_row_index("page").filter(wanted)
            for at in self._rows(spans, path)["page"]:
                page = self._rows(pl.scan_parquet(path).slice(at, 1), path).row(0, named=True)
                place = bisect_left(page["tokens"], number)
                if place < len(page["tokens"]) and page["tokens"][place] == number:
                    return self._open(path, kind, page["first"], page["sealed"])[place]
        return None

    def tokens(self, kind: str) -> pl.Series:
        """The tokens in the vault, as sorted 128-bit numbers: 16 bytes each, so that millions fit in memory.

        HubError if a file is damaged: a token in it would count as stored, and its value would be lost.
        """
        files = self.files(kind)
        self._require_sound(kind)
        if not files:
            return pl.Series("number", [], dtype=pl.UInt128)
        numbers = pl.scan_parquet(files).select(pl.col("tokens").explode().alias("number"))
        return numbers.collect(engine="streaming")["number"].sort()

    def store(self, kind: str, name: str, values: pl.DataFrame) -> None:
        """Write one file with `values` (number, value), sorted by number, each token once; no value has a line end."""
        pages = (
            values.with_columns(page=pl.int_range(pl.len()) // PAGE)
            .group_by("page", maintain_order=True)
            .agg(first=pl.col("number").first(), last=pl.col("number").last(), tokens="number", text="value")
            .with_columns(pl.col("text").list.join("\n"))
        )
        breaks = pl.col("text").str.count_matches("\n", literal=True)
        assert pages.select((breaks == pl.col("tokens").list.len() - 1).all()).item()
        sealed = [self._close(kind, first, text) for first, text in pages.select("first", "text").iter_rows()]
        folder = self.root / kind
        for private in (self.root, folder):
            private_folder(private)
        path = folder / f"{self._next_number(kind):06d}-{name}.parquet"
        with atomic_file(path) as temporary:
            rows = pages.select("first", "last", "tokens", sealed=pl.Series(sealed, dtype=pl.Binary))
            rows.write_parquet(temporary, row_group_size=64, compression="uncompressed")
            temporary.chmod(0o600)
        FolderSums(self.root).write([path])

    def files(self, kind: str = "*") -> list[Path]:
        """The files of one kind, or of all, oldest first."""
        return sorted(p for p in self.root.glob(f"{kind}/*.parquet") if not p.name.startswith("."))

    def _next_number(self, kind: str) -> int:
        """One more than the newest file's, also after one was lost."""
        return max((int(path.name.split("-")[0]) + 1 for path in self.files(kind)), default=0)

    def _require_sound(self, kind: str) -> None:
        sums = FolderSums(self.root)
        there = {path.relative_to(self.root).as_posix() for path in self.files(kind)}
        names = {*there, *(name for name in sums.read() if name.startswith(f"{kind}/"))} - self._sound
        for name, problem in sorted(sums.damage(*names).items()):
            raise damage_error(self.root / name, problem)
        self._sound |= names

    def pages(self, path: Path) -> Iterator[tuple[list[int], list[str]]]:
        """Yield each page of a file: its tokens as numbers, and its values. HubError if a page does not open."""
        kind = path.parent.name
        for page in self._rows(pl.scan_parquet(path), path).iter_rows(named=True):
            yield page["tokens"], self._open(path, kind, page["first"], page["sealed"])

    @staticmethod
    def _rows(rows: pl.LazyFrame, path: Path) -> pl.DataFrame:
        try:
            return rows.collect()
        except (pl.exceptions.PolarsError, OSError):
            raise damage_error(path, "this file of the vault cannot be read") from None

    def _close(self, kind: str, first: int, text: str) -> bytes:
        return self._seal.close(f"{kind}:{first}".encode(), text.encode())

    def _open(self, path: Path, kind: str, first: int, sealed: bytes) -> list[str]:
        try:
            text = self._seal.open(f"{kind}:{first}".encode(), sealed).decode()
        except BrokenSealError:
            raise HubError(
                "a page does not open with this key: changed, moved, or sealed with another key",
                where=str(path),
                remedy="restore keys/vault.key and this file from the backup of one day",
            ) from None
        return text.split("\n")


def damage_error(path: Path, problem: str) -> HubError:
    """The error for a damaged file of the vault."""
    name = path.as_posix()[path.as_posix().rindex("vault/") :]
    remedy = f"`hub restore --only {name}` takes it from the backup; without one `hub vault repair`, then `hub nightly`"
    return HubError(problem, where=str(path), remedy=remedy)


class Deposit:
    """Writes the values of one delivery into the vault, except those that it has already.

    A value that repeats in one delivery after FLUSH others is stored twice: to check for it would cost more memory than
    it saves.
    """

    def __init__(self, vault: Vault, delivery_id: str) -> None:
        self._vault, self._name = vault, delivery_id
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._stored: dict[str, pl.Series] = {}

    def __enter__(self) -> Deposit:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if error is None:
            for of_kind in self._waiting:
                self._flush(of_kind)

    def add(self, kind: str, tokens: pl.Series, values: pl.Series) -> None:
        """Add values in normal form with their tokens; rows without a token are left out."""
        if kind not in self._stored:
            self._stored[kind], self._waiting[kind] = self._vault.tokens(kind), []
        pairs = (
            pl.DataFrame({"number": tokens, "value": values})
            .drop_nulls("number")
            .with_columns(pl.col("number").str.to_integer(base=16, dtype=pl.UInt128))
        )
        stored = self._stored[kind]
        self._waiting[kind].append(pairs if stored.is_empty() else pairs.filter(~_within(stored, pairs["number"])))
        if sum(len(frame) for frame in self._waiting[kind]) >= FLUSH:
            self._flush(kind)

    def _flush(self, kind: str) -> None:
        if not self._waiting[kind]:
            return
        number = pl.col("number")
        values = pl.concat(self._waiting[kind]).sort(number).filter(number.ne_missing(number.shift()))
        if len(values):
            self._vault.store(kind, self._name, values)
        self._waiting[kind] = []


def _within(stored: pl.Series, numbers: pl.Series) -> pl.Series:
    """A mask of the `numbers` that are in `stored`, which is sorted and not empty."""
    places = stored.search_sorted(numbers).clip(upper_bound=len(stored) - 1)
    return stored.gather(places) == numbers
