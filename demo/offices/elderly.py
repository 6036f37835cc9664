"""Makes the civil affairs office's care files of old people who live alone (独居老人关爱档案)."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from demo.offices.calendar_texts import day, iso_dates
from demo.offices.office import Breakable, Rows, break_rows
from demo.people.homes import Homes
from demo.people.people import People, Register
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares import planted_people as planted
from demo.shares.sampling import Rng, between, concat_texts, flip, look_up
from demo.spellings.addresses import AddressBook

BREAKABLE: Final = Breakable(required=("姓名", "居住地址"), dates=("建档日期",), labels={})


def elderly_rows(rng: Rng, people: People, homes: Homes, book: AddressBook, register: Register, noise: float) -> Rows:
    """The block's rows of 独居老人关爱档案; the truth adds is_current (not closed)."""
    n, last = people.residents, day(shares.DELIVERY)
    old = people.age[:n] >= planted.FILE_FROM_AGE
    alone = np.bincount(homes.lives_at, minlength=len(homes.occupant))[homes.lives_at] == 1
    has_file = np.where(alone, flip(rng, planted.FILE_IF_ALONE, n), flip(rng, planted.FILE_IF_NOT_ALONE, n))
    who = np.flatnonzero(old & has_file)
    key = concat_texts(
        "DJ", pl.Series(1_000_000_000 + register.elderly_files + 1 + np.arange(len(who))).cast(pl.String)
    )
    register.elderly_files += len(who)
    spelled = book.spell(
        rng, homes.lives_at[who], hard.with_noise(shares.LIVING_STYLES, hard.HARD_LIVING_STYLES, noise)
    )
    filed_on = between(rng, last - 8 * 365, last - 30, len(who))
    closed = flip(rng, planted.FILE_CLOSED, len(who))
    file = pl.DataFrame(
        {
            "档案编号": key,
            "姓名": look_up(people.name, who),
            "公民身份号码": look_up(people.id_no, who),
            "居住地址": spelled.text,
            "建档日期": look_up(iso_dates(), filed_on),
            "结案日期": look_up(iso_dates(), np.where(closed, between(rng, filed_on, last, len(who)), -1)),
        }
    )
    truth = pl.DataFrame(
        {
            "record_key": key,
            "person": people.person[who],
            "household_no": look_up(people.household_no, people.household[who]),
            "dwelling": spelled.known_dwelling,
            "building_of": spelled.known_building,
            "address_style": spelled.style,
            "is_current": ~closed,
        }
    )
    return break_rows(rng, Rows(file, truth), BREAKABLE)
