"""The vault: raw ID numbers and phones by token, the only place where they rest, and encrypted there.

Protects against whoever gets the files (a stolen disk, a backup, a wrong share) without `keys/vault.key`, and against
pages being changed, swapped or moved. Does not protect against somebody who has key and files, nor hide how many values
there are or which tokens: those are in the lake too. Who may ask for a value, and the trace of it, is the API's.

`vault/<kind>/<n>-<delivery>.parquet`, append-only. One row is one page: up to 1,024 values in the order of their
tokens, sealed as one AES-256-GCM message (a fresh nonce of 12 bytes in front; bound to kind and first token).
"""

from __future__ import annotations

import secrets
from bisect import bisect_left
from pathlib import Path
from types import TracebackType

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import HubError
from warehouse.files import private_folder, replacing
from warehouse.lake.tokens import read_key
from warehouse.settings import Settings

PAGE = 1024
NONCE = 12
FLUSH = 500_000


class Vault:
    """Opened with its key. `deposit` puts values in, `reveal` takes one out."""

    def __init__(self, root: Path, key: bytes) -> None:
        self.root, self._seal = root, AESGCM(key)

    @classmethod
    def load(cls, settings: Settings) -> Vault:
        return cls(settings.vault, read_key(settings, "vault"))

    def deposit(self, delivery_id: str) -> Deposit:
        """Collects the values of one delivery: `with vault.deposit(id) as d: d.add(kind, tokens, values)`."""
        return Deposit(self, delivery_id)

    def reveal(self, kind: str, token: str) -> str | None:
        """The raw value, or None if the vault does not hold it. Opens exactly one page. HubError if that is damaged."""
        number = int(token, 16)
        wanted = pl.lit(number, pl.UInt128).is_between(pl.col("first"), pl.col("last"))
        for path in self._files(kind):
            pages = pl.scan_parquet(path).select("first", "last").with_row_index("page").filter(wanted).collect()
            for at in pages["page"]:
                page = pl.scan_parquet(path).slice(at, 1).collect().row(0, named=True)
                place = bisect_left(page["tokens"], number)
                if place < len(page["tokens"]) and page["tokens"][place] == number:
                    return self._open(path, kind, page["first"], page["sealed"])[place]
        return None

    def held(self, kind: str) -> pl.Series:
        """The tokens held, as sorted 128-bit numbers: 16 bytes each, so that millions fit in memory."""
        files = self._files(kind)
        if not files:
            return pl.Series("number", [], dtype=pl.UInt128)
        numbers = pl.scan_parquet(files).select(pl.col("tokens").explode().alias("number"))
        return numbers.collect(engine="streaming")["number"].sort()

    def store(self, kind: str, name: str, values: pl.DataFrame) -> None:
        """One file with `values` (number, value): each token once, in their order; no value has a line end."""
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
        with replacing(folder / f"{len(self._files(kind)):06d}-{name}.parquet") as temporary:
            rows = pages.select("first", "last", "tokens", sealed=pl.Series(sealed, dtype=pl.Binary))
            rows.write_parquet(temporary, row_group_size=64, compression="uncompressed")
            temporary.chmod(0o600)

    def _files(self, kind: str) -> list[Path]:
        return sorted(p for p in (self.root / kind).glob("*.parquet") if not p.name.startswith("."))

    def _close(self, kind: str, first: int, text: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._seal.encrypt(nonce, text.encode(), f"{kind}:{first}".encode())

    def _open(self, path: Path, kind: str, first: int, sealed: bytes) -> list[str]:
        try:
            text = self._seal.decrypt(sealed[:NONCE], sealed[NONCE:], f"{kind}:{first}".encode()).decode()
        except InvalidTag:
            raise HubError(
                "a page does not open with this key: changed, moved, or sealed with another key",
                where=str(path),
                remedy="restore keys/vault.key and this file from the backup of one day",
            ) from None
        return text.split("\n")


class Deposit:
    """The values of one delivery on their way into the vault; those it held before are not written again.

    What comes back in the same delivery after half a million others is: remembering it would take more memory than it saves.
    """

    def __init__(self, vault: Vault, delivery_id: str) -> None:
        self._vault, self._name = vault, delivery_id
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self._held: dict[str, pl.Series] = {}

    def __enter__(self) -> Deposit:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if error is None:
            for of_kind in self._waiting:
                self._flush(of_kind)

    def add(self, kind: str, tokens: pl.Series, values: pl.Series) -> None:
        """Values in normal form and their tokens; rows without a token are left out."""
        if kind not in self._held:
            self._held[kind], self._waiting[kind] = self._vault.held(kind), []
        given = (
            pl.DataFrame({"number": tokens, "value": values})
            .drop_nulls("number")
            .with_columns(pl.col("number").str.to_integer(base=16, dtype=pl.UInt128))
        )
        held = self._held[kind]
        self._waiting[kind].append(given if held.is_empty() else given.filter(~_within(held, given["number"])))
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


def _within(held: pl.Series, numbers: pl.Series) -> pl.Series:
    """Which of `numbers` are in the sorted `held`, which is not empty."""
    places = held.search_sorted(numbers).clip(upper_bound=len(held) - 1)
    return held.gather(places) == numbers
