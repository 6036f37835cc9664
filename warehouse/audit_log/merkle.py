"""The Merkle tree of RFC 6962, section 2.1, over the records of a day.

Kept as a compact range: the roots of the full subtrees from left to right, at most one for each bit of the size. Adding a
leaf and taking the root cost log2(size) hashes, and no leaf is needed again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256().digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf, which no node can have."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def read_leaves(path: Path) -> list[bytes]:
    """The leaf hashes stored in a file; none if it is missing."""
    stored = path.read_bytes() if path.exists() else b""
    return [stored[at : at + HASH_BYTES] for at in range(0, len(stored) - HASH_BYTES + 1, HASH_BYTES)]


def roots_at(leaves: Iterable[bytes], sizes: Collection[int]) -> dict[int, str]:
    """The root, in hex, of the tree of the first n leaves, for each n of `sizes` that there are leaves for."""
    tree, roots = MerkleTree(), {0: EMPTY_ROOT.hex()}
    for leaf in leaves:
        tree.add(leaf)
        if tree.size in sizes:
            roots[tree.size] = tree.root().hex()
    return roots


class MerkleTree:
    """A tree that grows by leaf hashes of 32 bytes; `size` is their number."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []  # full subtrees, the largest first
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        """Append a leaf: it closes as many subtrees as the size has trailing ones."""
        bits, self.size = self.size, self.size + 1
        while bits & 1:
            leaf, bits = node_hash(self._subtrees.pop(), leaf), bits >> 1
        self._subtrees.append(leaf)

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves."""
        if not self._subtrees:
            return EMPTY_ROOT
        *others, root = self._subtrees
        for subtree in reversed(others):
            root = node_hash(subtree, root)
        return root
