"""Makes the resident register (人口信息): one row per registration, with duplicate and cancelled ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from demo.offices.calendar_texts import day, iso_dates
from demo.offices.office import Breakable, Rows, break_rows
from demo.people.homes import Homes
from demo.people.identity_numbers import ANOTHERS, mistype_number, with_defects
from demo.people.lookalikes import CASES
from demo.people.names import as_written
from demo.people.people import People, Register
from demo.people.registrations import CURRENT, Registrations, registrations
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import (
    Bools,
    Ints,
    Rng,
    between,
    blank,
    concat_texts,
    first_not_null,
    flip,
    look_up,
    null_texts,
)
from demo.spellings.addresses import AddressBook, outside_address
from demo.spellings.noise import with_noise
from demo.truth.planted_people import plant

BREAKABLE: Final = Breakable(
    required=("姓名", "户号", "户籍地址"),  # an infant may have no number
    dates=("出生日期", "更新日期"),
    labels={"性别": "先生", "与户主关系": "干亲", "人员类别": "暂住"},
)
_CANCEL_REASONS: Final = pl.Series(["重复", "迁出", "重复", "死亡"])


def _dates(rng: Rng, people: People, rows: Registrations) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The texts of the dates moved in, updated and cancelled."""
    n, last = len(rows.who), day(shares.DELIVERY)
    moved_in = between(rng, np.maximum(people.birth_day[rows.who], last - 30 * 365), last, n)
    updated = between(rng, np.maximum(moved_in, last - 6 * 365), last, n)
    known = np.where(flip(rng, shares.MOVED_IN_KNOWN, n), moved_in, -1)
    cancelled = np.where(rows.is_current, -1, updated)
    return look_up(iso_dates(), known), look_up(iso_dates(), updated), look_up(iso_dates(), cancelled)


@dataclass(frozen=True)
class _Addresses:
    """Both addresses as written; the living address is null where the row leaves it blank."""

    hukou: pl.Series
    lives_at: pl.Series
    truth: dict[str, Ints | pl.Series]


def _addresses(rng: Rng, people: People, book: AddressBook, rows: Registrations, noise: float) -> _Addresses:
    hukou_styles = hard.with_noise(shares.RESIDENT_STYLES, hard.HARD_RESIDENT_STYLES, noise)
    living_styles = hard.with_noise(shares.LIVING_STYLES, hard.HARD_LIVING_STYLES, noise)
    written = np.flatnonzero(rows.living_written)
    hukou, living = book.spell(rng, rows.hukou, hukou_styles), book.spell(rng, rows.lives_at[written], living_styles)
    (hukou_text, hukou_noise), (living_text, living_noise) = (
        with_noise(rng, spelled, hard.REGISTER_NOISE, noise, book.city) for spelled in (hukou, living)
    )
    hukou_text = _or_outside(hukou_text, rows.hukou < 0, rows.household)
    gone = (rows.lives_at < 0)[written]
    living_text = _or_outside(living_text, gone, people.person[rows.who[written]])
    living_style = _or_label(living.style, gone)
    dwelling, building = hukou.known_dwelling.copy(), hukou.known_building.copy()
    dwelling[written], building[written] = living.known_dwelling, living.known_building
    truth: dict[str, Ints | pl.Series] = {
        "dwelling": dwelling,
        "building_of": building,
        "hukou_dwelling": hukou.known_dwelling,
        "address_style": hukou.style.clone().scatter(written, living_style),
        "address_noise": hukou_noise.clone().scatter(written, living_noise),
        "hukou_address_style": _or_label(hukou.style, rows.hukou < 0),
        "hukou_address_noise": hukou_noise,
    }
    return _Addresses(hukou_text, null_texts(len(rows.who)).scatter(written, living_text), truth)


def _or_outside(texts: pl.Series, where: Bools, whose: Ints) -> pl.Series:
    return pl.select(pl.when(pl.Series(where)).then(outside_address(whose)).otherwise(texts)).to_series()


def _or_label(styles: pl.Series, where: Bools) -> pl.Series:
    return pl.select(pl.when(pl.Series(where)).then(pl.lit("outside")).otherwise(styles)).to_series()


def _id_numbers(rng: Rng, people: People, rows: Registrations, noise: float) -> tuple[pl.Series, pl.Series, Ints]:
    """ID numbers, their defects (null if none), and their owners. Cancelled and duplicate rows keep a clean number."""
    n, current = len(rows.who), rows.state == CURRENT
    spoil = flip(rng, shares.RESIDENT_ID_DEFECT, n) & current
    id_no, defect = with_defects(rng, look_up(people.id_no, rows.who), spoil, shares.RESIDENT_ID_DEFECTS)
    ordinary = np.flatnonzero(current & ~spoil & (people.case[rows.who] < 0))
    count = min(int(hard.ANOTHERS_ID * noise * n + rng.random()), len(ordinary) // 2)
    drawn = rng.permutation(ordinary)[: 2 * count]
    theirs, owners = drawn[:count], rows.who[drawn[count:]]
    another = pl.Series([ANOTHERS], dtype=pl.String).new_from_index(0, count)
    owner = rows.who.copy()
    owner[theirs] = owners
    return id_no.scatter(theirs, look_up(people.id_no, owners)), defect.scatter(theirs, another), owner


def _phones(rng: Rng, people: People, rows: Registrations, noise: float) -> tuple[pl.Series, Bools]:
    """Phones, and True where it is a relative's, given for children and old people without their own."""
    n, age = len(rows.who), people.age[rows.who]
    child = age < 14
    share = np.where(child, hard.CHILD_FAMILY_PHONE, np.where(age > 70, hard.OLD_FAMILY_PHONE, 0.0)) * noise
    lent = (rng.random(n) < share) & (people.relative[rows.who] != rows.who)
    silent = (~flip(rng, shares.RESIDENT_PHONE, n) | child) & ~lent
    owner = np.where(lent, people.relative[rows.who], rows.who)
    phone = blank(people.phone(owner, flip(rng, shares.SECOND_NUMBER, n) & ~lent), silent)
    return mistype_number(rng, phone, flip(rng, shares.PHONE_TYPO, n)), lent


def _cases(people: People, rows: Registrations, defect: pl.Series, name: pl.Series, lent: Bools) -> pl.Series:
    """The hard case of each row (null if none); a fault of the row takes precedence over the person's own case."""
    row_case = np.select([(defect == ANOTHERS).fill_null(False).to_numpy(), rows.is_crossed, lent], [0, 1, 2], -1)
    of_row = look_up(pl.Series([ANOTHERS, "crossed_heads", "family_phone"]), row_case)
    return first_not_null(name, of_row, look_up(pl.Series(CASES), people.case[rows.who]))


def _row_values(
    people: People, rows: Registrations, file: pl.DataFrame, owner: Ints
) -> dict[str, Ints | Bools | pl.Series]:
    """The values of each row for the truth; `birth_agrees` and `sex_agrees` compare it with the number's owner."""
    return {
        "birth_day": rows.birth_day,
        "birth_agrees": rows.birth_day == people.birth_day[owner],
        "sex_agrees": rows.male == people.male[owner],
        "is_male": rows.male,
        "is_local": rows.local,
        "relation": rows.relation,
        "cancel_reason": file["注销原因"],
    }


def resident_rows(rng: Rng, people: People, homes: Homes, book: AddressBook, register: Register, noise: float) -> Rows:
    """The block's rows of 人口信息; the truth adds hukou_dwelling, styles, noises, id_defect, person_case, is_current."""
    rows = plant(rng, people, homes, registrations(rng, people, homes, noise))
    n = len(rows.who)
    key = concat_texts("RK", pl.Series(1_000_000_000 + register.records + 1 + np.arange(n)).cast(pl.String))
    register.records += n
    id_no, defect, owner = _id_numbers(rng, people, rows, noise)
    phone, lent = _phones(rng, people, rows, noise)
    names, surnames = look_up(people.name, rows.who), look_up(people.surname, rows.who)
    name, name_case = as_written(rng, "resident", names, surnames, people.mistakable[rows.who], noise)
    moved_in, updated, cancelled = _dates(rng, people, rows)
    addresses = _addresses(rng, people, book, rows, noise)
    file = pl.DataFrame(
        {
            "人员编号": key,
            "姓名": name,
            "性别": look_up(pl.Series(["女", "男"]), rows.male.astype(np.int64)),
            "出生日期": look_up(iso_dates(), rows.birth_day),
            "公民身份号码": id_no,
            "联系电话": phone,
            "户号": look_up(people.household_no, rows.household),
            "与户主关系": rows.relation,
            "户籍地址": addresses.hukou,
            "现住址": addresses.lives_at,
            "人员类别": look_up(pl.Series(["流动人口", "户籍人口"]), rows.local.astype(np.int64)),
            "迁入日期": moved_in,
            "更新日期": updated,
            "注销日期": cancelled,
            "注销原因": look_up(_CANCEL_REASONS, np.where(rows.is_current, -1, rows.state - 1)),
        }
    )
    truth = pl.DataFrame(
        {
            "record_key": key,
            "person": people.person[rows.who],
            "household_no": file["户号"],
            **addresses.truth,
            "id_defect": defect,
            "person_case": _cases(people, rows, defect, name_case, lent),
            "is_current": rows.is_current,
            **_row_values(people, rows, file, owner),
        }
    )
    return break_rows(rng, Rows(file, truth), BREAKABLE)
