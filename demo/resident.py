"""The resident register (人口信息): one row per registration, its doubles and its cancelled ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from demo import distributions as shares
from demo.addresses import STYLE_NAMES, UNLOCATABLE, AddressBook, draw_styles, outside_address
from demo.calendar_texts import day, iso_dates
from demo.homes import Homes
from demo.identity_numbers import mistyped, with_defects
from demo.office import Breakable, Rows, broken
from demo.people import People, Register
from demo.sampling import Bools, Ints, Rng, between, blank, flip, joined, look_up

BREAKABLE: Final = Breakable(
    required=("姓名", "公民身份号码", "户号", "户籍地址"),
    dates=("出生日期", "更新日期"),
    labels={"性别": "先生", "与户主关系": "干亲", "人员类别": "暂住"},
)
_CURRENT, _DOUBLE, _MOVED, _DOUBLE_CANCELLED, _DEAD = range(5)
_CANCEL_REASONS: Final = pl.Series(["重复", "迁出", "重复", "死亡"])


@dataclass(frozen=True)
class _Registrations:
    """One element per row: who is registered, in which household, in what state."""

    who: Ints
    household: Ints
    state: Ints
    hukou: Ints
    living: Ints
    living_written: Bools

    @property
    def is_current(self) -> Bools:
        """Rows that are not cancelled."""
        return np.isin(self.state, (_CURRENT, _DOUBLE))


def _registrations(rng: Rng, people: People, homes: Homes) -> _Registrations:
    n = people.residents
    everyone = np.arange(n)
    local = np.flatnonzero(homes.household_hukou >= 0)
    state = np.where((people.age[:n] > 65) & flip(rng, shares.DIED, n), _DEAD, _CURRENT)
    extras = [
        (kind, np.flatnonzero(flip(rng, share, n) & (state == _CURRENT)))
        for kind, share in (
            (_DOUBLE, shares.REGISTERED_TWICE),
            (_MOVED, shares.MOVED_REGISTRATION),
            (_DOUBLE_CANCELLED, shares.DUPLICATE_CANCELLED),
        )
    ]
    second = np.concatenate([who for _, who in extras])
    second_state = np.repeat([kind for kind, _ in extras], [len(who) for _, who in extras])
    elsewhere = local[rng.integers(0, len(local), len(second))] if len(local) else people.household[second]
    keep = elsewhere != people.household[second]
    second, second_state, elsewhere = second[keep], second_state[keep], elsewhere[keep]

    hukou = np.concatenate([homes.hukou, homes.household_hukou[elsewhere]])
    own_living = np.concatenate([homes.living, homes.living[second]])
    all_states = np.concatenate([state, second_state])
    # A second registration that is silent about the living address says that its registered address is the living one.
    told = np.where(
        all_states == _CURRENT,
        flip(rng, shares.LIVING_WRITTEN, len(hukou)),
        flip(rng, shares.DOUBLE_TELLS_HOME, len(hukou)),
    )
    told = np.where(all_states == _CURRENT, told | (own_living != hukou), told & (all_states == _DOUBLE))
    return _Registrations(
        who=np.concatenate([everyone, second]),
        household=np.concatenate([people.household[:n], elsewhere]),
        state=all_states,
        hukou=hukou,
        living=np.where(told | (hukou < 0), own_living, hukou),
        living_written=np.asarray(told | (hukou < 0)),
    )


def _relation(people: People, rows: _Registrations) -> pl.Series:
    own = look_up(people.relation, rows.who)
    doubled = np.isin(rows.state, (_DOUBLE, _MOVED, _DOUBLE_CANCELLED))
    return pl.select(pl.when(pl.Series(doubled)).then(pl.lit("其他亲属")).otherwise(own)).to_series()


def _dates(rng: Rng, people: People, rows: _Registrations) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Moved in, updated, cancelled."""
    n, last = len(rows.who), day(shares.DELIVERY)
    moved_in = between(rng, np.maximum(people.birth_day[rows.who], last - 30 * 365), last, n)
    updated = between(rng, np.maximum(moved_in, last - 6 * 365), last, n)
    known = np.where(flip(rng, shares.MOVED_IN_KNOWN, n), moved_in, -1)
    cancelled = np.where(rows.is_current, -1, updated)
    return look_up(iso_dates(), known), look_up(iso_dates(), updated), look_up(iso_dates(), cancelled)


def _addresses(rng: Rng, book: AddressBook, rows: _Registrations) -> tuple[pl.Series, pl.Series, Ints, Ints]:
    """Hukou and living address with their styles; blank living addresses are null."""
    n = len(rows.who)
    hukou_style, living_style = draw_styles(rng, shares.RESIDENT_STYLES, n), draw_styles(rng, shares.LIVING_STYLES, n)
    at_home = book.written(rows.hukou, hukou_style)
    outside = outside_address(rows.household)
    hukou = pl.select(pl.when(pl.Series(rows.hukou >= 0)).then(at_home).otherwise(outside)).to_series()
    living = blank(book.written(rows.living, living_style), ~rows.living_written)
    return hukou, living, hukou_style, living_style


def _faces(rng: Rng, people: People, rows: _Registrations) -> tuple[pl.Series, pl.Series, pl.Series]:
    """ID number with its defects, name of the defect, phone. Cancelled rows and doubles keep a clean number."""
    n = len(rows.who)
    spoil = flip(rng, shares.RESIDENT_ID_DEFECT, n) & (rows.state == _CURRENT)
    id_no, defect = with_defects(rng, look_up(people.id_no, rows.who), spoil, shares.RESIDENT_ID_DEFECTS)
    silent = ~flip(rng, shares.RESIDENT_PHONE, n) | (people.age[rows.who] < 14)
    phone = blank(people.phone(rows.who, flip(rng, shares.SECOND_NUMBER, n)), silent)
    return id_no, defect, mistyped(rng, phone, flip(rng, shares.PHONE_TYPO, n))


def resident_rows(rng: Rng, people: People, homes: Homes, book: AddressBook, register: Register) -> Rows:
    """The block's rows of 人口信息; truth adds hukou_dwelling, styles, id_defect, and is_current (not cancelled)."""
    rows = _registrations(rng, people, homes)
    n = len(rows.who)
    key = joined("RK", pl.Series(1_000_000_000 + register.records + 1 + np.arange(n)).cast(pl.String))
    register.records += n
    id_no, defect, phone = _faces(rng, people, rows)
    moved_in, updated, cancelled = _dates(rng, people, rows)
    hukou_address, living_address, hukou_style, living_style = _addresses(rng, book, rows)
    file = pl.DataFrame(
        {
            "人员编号": key,
            "姓名": look_up(people.name, rows.who),
            "性别": look_up(pl.Series(["女", "男"]), people.male[rows.who].astype(np.int64)),
            "出生日期": look_up(iso_dates(), people.birth_day[rows.who]),
            "公民身份号码": id_no,
            "联系电话": phone,
            "户号": look_up(people.household_no, rows.household),
            "与户主关系": _relation(people, rows),
            "户籍地址": hukou_address,
            "现住址": living_address,
            "人员类别": look_up(pl.Series(["流动人口", "户籍人口"]), (rows.hukou >= 0).astype(np.int64)),
            "迁入日期": moved_in,
            "更新日期": updated,
            "注销日期": cancelled,
            "注销原因": look_up(_CANCEL_REASONS, np.where(rows.is_current, -1, rows.state - 1)),
        }
    )
    read_style = np.where(rows.living_written, living_style, hukou_style)
    shown_hukou_style = np.where(rows.hukou < 0, len(STYLE_NAMES), hukou_style)
    truth = pl.DataFrame(
        {
            "record_key": key,
            "person": people.person[rows.who],
            "household_no": file["户号"],
            "dwelling": np.where(read_style < UNLOCATABLE, rows.living, -1),
            "hukou_dwelling": np.where(hukou_style < UNLOCATABLE, rows.hukou, -1),
            "address_style": look_up(pl.Series(STYLE_NAMES), read_style),
            "hukou_address_style": look_up(pl.Series((*STYLE_NAMES, "outside")), shown_hukou_style),
            "id_defect": defect,
            "is_current": rows.is_current,
        }
    )
    return broken(rng, Rows(file, truth), BREAKABLE)
