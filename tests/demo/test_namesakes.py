"""Estates with the same name: the truth of ambiguous texts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from demo.geography.buildings import build
from demo.geography.communities import Block, communities, households_of
from demo.spellings.addresses import AddressBook
from demo.spellings.ambiguous_buildings import CityNames


@pytest.fixture(scope="module")
def namesakes() -> AddressBook:
    """柳港园 and the communities of a city of 3.1 million whose estates are called alike."""
    everywhere = communities(households_of(3_100_000))
    names = CityNames.of(1402, everywhere)
    shared = set(names.shared_names["community_code"])
    assert len(shared) > 3
    block = Block(0, tuple(c for c in everywhere if c.code in shared), residents=0, tickets=0)
    return AddressBook.of(build(np.random.default_rng(7), 1402, block), names)


@pytest.mark.parametrize(
    "style", ["estate", "alias", "county", "zuo", "community_only", "suffix", "former_community", "dash"]
)
def test_a_text_tells_a_dwelling_exactly_if_no_other_is_written_so(namesakes: AddressBook, style: str) -> None:
    """Every dwelling of every namesake, written in one style: the simulation knows without comparing texts."""
    dwelling = np.arange(len(namesakes.buildings.usage))
    spelled = namesakes.spell(np.random.default_rng(7), dwelling, {style: 1.0})
    texts = pl.DataFrame({"text": spelled.text, "told": spelled.known_dwelling == dwelling, "style": spelled.style})
    alone = texts.select(pl.len().over("text") == 1).to_series()
    assert (texts["told"] == alone).all()
    assert set(texts.filter(~pl.col("told"))["style"]) <= {"namesake"}
