"""The demo's users, one for each role; their passwords are public, because they protect no real data."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import polars as pl

from demo.geography.communities import LIUGANGYUAN

_CITY, _COUNTY = "1402", "140213"  # 大同市, 平城区
_WEST, _EAST = LIUGANGYUAN[:2]
OFFICE: Final = "ma.office"
_DIGITS: Final = "23456789"
_ALPHABET: Final = f"abcdefghjkmnpqrstuvwxyz{_DIGITS}"  # without letters that look like others


@dataclass(frozen=True)
class DemoUser:
    """A user with the areas she may see (grid, community, county or city codes), or the sources an office delivers."""

    username: str
    password: str
    role: str
    areas: list[str]
    sources: list[str] = field(default_factory=list)


def _password(username: str, seed: int) -> str:
    """A password `xxxx-xxxx-xxx2`, the same for the same name and seed; the last is a digit, so that it meets the rules."""
    digest = blake2b(f"{seed}:{username}".encode(), digest_size=12).digest()
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:-1]) + _DIGITS[digest[-1] % len(_DIGITS)]
    return "-".join(letters[i : i + 4] for i in (0, 4, 8))


def _first_grid(home: Path, community_code: str) -> str:
    """The community's first grid in which somebody is registered; FileNotFoundError before a city was generated."""
    grids = pl.read_parquet(home / "truth" / "resident.parquet", columns=["grid_code"])["grid_code"].drop_nulls()
    return str(grids.filter(grids.str.starts_with(community_code)).min())


def demo_users(home: Path, seed: int = 1402) -> list[DemoUser]:
    """The users of the demo city in `home`, three grid workers among them."""
    places: tuple[tuple[str, str, list[str]], ...] = (
        ("wang.gw", "grid_worker", [_first_grid(home, _WEST)]),
        ("li.gw", "grid_worker", [_first_grid(home, _EAST)]),
        (
            "qian.gw",
            "grid_worker",
            [_first_grid(home, _WEST)],
        ),  # a colleague with the same grid, whose verdict may differ
        ("zhao.lead", "grid_lead", [_WEST]),
        ("sun.super", "district_supervisor", [_COUNTY]),
        ("chen.analyst", "analyst", [_CITY]),
        ("zhou.audit", "auditor", [_CITY]),
        ("admin", "admin", []),
    )
    users = [DemoUser(username, _password(username, seed), role, areas) for username, role, areas in places]
    return [*users, DemoUser(OFFICE, _password(OFFICE, seed), "office", [], ["resident", "property"])]
