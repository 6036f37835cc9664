"""The archive: the offices' files byte by byte as they were delivered, encrypted, after a night has published their rows.

`archive/<delivery>-<place>.sealed` is one line of JSON that says what the file was (it names nothing that the delivery's record
does not), then its bytes in blocks of 1 MiB, each sealed (`seal.py`) and bound to that line and its number: what is cut
off, changed or swapped does not open. Not here: which files are archived and when (`pipelines/ingest/archive_landing.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from contracts.errors import DeliveryError, HubError
from warehouse.files import atomic_file, private_folder
from warehouse.lake.seal import OVERHEAD, BrokenSealError, Seal
from warehouse.lake.tokens import read_key
from warehouse.settings import Settings

BLOCK = 1 << 20  # bytes
LONGEST_HEADER = 64 * 1024
SUFFIX = ".sealed"


@dataclass(frozen=True)
class ArchivedFile:
    """A file as it lay in landing, or a member of a ZIP there.

    `place` is its path below landing, `name` its name for people, `office` its folder of landing. `sha256` and `size` are those
    of its bytes; `stamp` is size in bytes and time of change in ns of the file in landing, of a member those of its ZIP.
    """

    place: str
    name: str
    office: str
    sha256: str
    size: int
    stamp: tuple[int, int]
    archived_at: datetime
    line: bytes = field(default=b"", repr=False, compare=False)  # the header as it was read

    @property
    def delivery_id(self) -> str:
        return self.sha256[:16]

    @property
    def file_name(self) -> str:
        """The sealed file's name: the same bytes from two places are two files."""
        return f"{self.delivery_id}-{hashlib.sha256(self.place.encode()).hexdigest()[:8]}{SUFFIX}"

    @property
    def blocks(self) -> int:
        return max(1, -(-self.size // BLOCK))

    @cached_property
    def header(self) -> bytes:
        facts = {name: value for name, value in asdict(self).items() if name != "line"}
        return self.line or json.dumps(facts, ensure_ascii=False, default=str).encode() + b"\n"

    @property
    def sealed_size(self) -> int:
        return len(self.header) + self.size + self.blocks * OVERHEAD

    @classmethod
    def from_header(cls, line: bytes) -> ArchivedFile:
        """The file of a header; facts of a later version are ignored. ValueError, KeyError or TypeError if it is none."""
        given = json.loads(line)
        facts = {f.name: given[f.name] for f in fields(cls) if f.name != "line"}
        size, changed = facts["stamp"]
        facts |= {"stamp": (size, changed), "archived_at": datetime.fromisoformat(facts["archived_at"])}
        return cls(**facts, line=line)


class RawArchive:
    """The archive of a deployment. Reading or adding content needs the vault's key, listing does not."""

    def __init__(self, settings: Settings) -> None:
        self.root, self._settings = settings.archive, settings

    def path(self, file: ArchivedFile) -> Path:
        return self.root / file.file_name

    def files(self) -> list[ArchivedFile]:
        """Every archived file, in the order of their places. HubError if one is damaged as far as header and size tell."""
        return sorted(map(self._listed, self.paths()), key=lambda file: file.place)

    def paths(self) -> list[Path]:
        """The sealed files, whatever is in them."""
        return sorted(path for path in self.root.glob(f"*{SUFFIX}") if not path.name.startswith("."))

    def by_prefix(self, prefix: str) -> ArchivedFile:
        """The file of the delivery whose id starts with `prefix`. DeliveryError if there is none, or several."""
        found = {f.delivery_id: f for f in self.files() if prefix and f.delivery_id.startswith(prefix.lower())}
        if len(found) != 1:
            what = (
                f"{len(found)} archived files have an id that starts so" if found else "no archived file has such an id"
            )
            raise DeliveryError(what, where=prefix, remedy="`hub archive list` shows their ids")
        return next(iter(found.values()))

    def add(self, file: ArchivedFile, content: Iterable[bytes]) -> None:
        """Seal a file that is not in the archive yet; it is read back before this returns.

        HubError if `content` is not what `file` says; OSError if it cannot be written.
        """
        private_folder(self.root)
        with atomic_file(self.path(file)) as temporary:
            with temporary.open("wb") as sealed:
                temporary.chmod(0o600)
                sealed.write(file.header)
                for number, block in enumerate(_in_blocks(content)):
                    sealed.write(self._seal.close(_block_place(file, number), block))
            self._check(file, temporary)

    def holds(self, file: ArchivedFile) -> bool:
        """True if the same bytes from the same place are in the archive and open."""
        path = self.path(file)
        try:
            if path.exists():
                self._check(self._listed(path), path)
                return True
        except HubError:
            pass  # a copy that is no good; the caller has the bytes
        return False

    def content(self, file: ArchivedFile) -> Iterator[bytes]:
        """The bytes of a file in blocks. HubError, before the block, if one does not open."""
        yield from self._content(file, self.path(file))

    def damage(self) -> Iterator[HubError]:
        """Open every file and compare it with the hash of its delivery; yields an error for each that is damaged."""
        for path in self.paths():
            try:
                self._check(self._listed(path), path)
            except HubError as error:
                yield error

    def remove_leftovers(self) -> None:
        """Remove the halves of files that a killed night left."""
        for path in self.root.glob(f".*{SUFFIX}.*"):
            path.unlink()

    @cached_property
    def _seal(self) -> Seal:
        return Seal(read_key(self._settings, "vault"))

    def _listed(self, path: Path) -> ArchivedFile:
        with path.open("rb") as sealed:
            line = sealed.readline(LONGEST_HEADER)
        try:
            file = ArchivedFile.from_header(line)
        except (ValueError, KeyError, TypeError):
            raise _damaged(path, "its first line does not say what it is") from None
        if path.name != file.file_name:
            raise _damaged(path, "its first line names another file")
        if (found := path.stat().st_size) != file.sealed_size:
            raise _damaged(path, f"it has {found:,} bytes, not {file.sealed_size:,}")
        return file

    def _content(self, file: ArchivedFile, path: Path) -> Iterator[bytes]:
        with path.open("rb") as sealed:
            if sealed.read(len(file.header)) != file.header:
                raise _damaged(path, "its first line does not say what it is")
            for number in range(file.blocks):
                yield self._open_block(file, path, sealed, number)

    def _open_block(self, file: ArchivedFile, path: Path, sealed: BinaryIO, number: int) -> bytes:
        try:
            return self._seal.open(_block_place(file, number), sealed.read(BLOCK + OVERHEAD))
        except BrokenSealError:
            what = f"block {number + 1} of {file.blocks} does not open: changed, cut off, or sealed with another key"
            raise _damaged(path, what) from None

    def _check(self, file: ArchivedFile, path: Path) -> None:
        digest, size = hashlib.sha256(), 0
        for block in self._content(file, path):
            digest.update(block)
            size += len(block)
        if (digest.hexdigest(), size) != (file.sha256, file.size):
            raise _damaged(path, "its content is not what was delivered")


def _in_blocks(content: Iterable[bytes]) -> Iterator[bytes]:
    """The content in blocks of BLOCK bytes, the last one shorter; at least one."""
    buffer = bytearray()
    for piece in content:
        buffer += piece
        while len(buffer) > BLOCK:
            yield bytes(buffer[:BLOCK])
            del buffer[:BLOCK]
    yield bytes(buffer)


def _block_place(file: ArchivedFile, number: int) -> bytes:
    return b"archive:" + number.to_bytes(8, "big") + file.header


def _damaged(path: Path, what: str) -> HubError:
    return HubError(
        f"an archived file is damaged: {what}",
        where=str(path),
        remedy="restore it from the backup, and keys/vault.key if that is another day's; or move it out of the archive: "
        "its rows stay as they were read",
    )
