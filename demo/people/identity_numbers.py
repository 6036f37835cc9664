"""Makes citizen ID numbers (GB 11643) and mobile numbers that cannot belong to a real person.

Every ID number begins with the county code 990001, which GB/T 2260 never assigned; every mobile with 154, which is no
public range. Defective numbers keep the 990001.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo.offices.calendar_texts import compact_dates
from demo.shares.sampling import Bools, Ints, Rng, concat_texts, draw, look_up, null_texts

PREFIX: Final = "990001"
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, 2^(18-i) mod 11
CHECK_CHARACTERS: Final = "10X98765432"
SEQUENCES_PER_DAY: Final = 500  # odd for men, even for women
ANOTHERS: Final = "another_persons"  # a valid number on a row it does not belong to
_NUMBERS_OF_MOBILES: Final = 10**8


def check_character(seventeen: str) -> str:
    """The 18th character of the number that begins with these seventeen digits."""
    return CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(WEIGHTS, seventeen, strict=True)) % 11]


def conforms(number: str) -> bool:
    """True for a valid 18-character number: characters, birth date and check character (GB 11643)."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return check_character(number[:17]) == number[17]


class SequenceRegister:
    """Issues the three digits after the birth date, so that no number occurs twice in a city of ten million."""

    def __init__(self) -> None:
        self._issued = np.zeros(2 * len(compact_dates()), dtype=np.int64)

    def issue(self, birth_day: Ints, male: Bools) -> Ints:
        """A sequence 0 to 999 per person. RuntimeError: a day's 500 numbers for one sex are used up."""
        key = 2 * birth_day + male
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        rank = np.empty(len(key), dtype=np.int64)
        rank[order] = np.arange(len(key)) - np.repeat(starts, np.diff(starts, append=len(key)))
        turn = self._issued[key] + rank
        self._issued += np.bincount(key, minlength=len(self._issued))
        if len(turn) and turn.max() >= SEQUENCES_PER_DAY:
            raise RuntimeError("more people born on one day than GB 11643 has sequence numbers: fewer residents")
        return 2 * ((turn * 187 + birth_day * 17) % SEQUENCES_PER_DAY) + male  # 187 and 500 are coprime: a permutation


@lru_cache(maxsize=1)
def _weighted_day_sums() -> Ints:
    digits = np.array([[int(c) for c in PREFIX + text] for text in compact_dates()], dtype=np.int64)
    return np.asarray(digits @ np.array(WEIGHTS[:14], dtype=np.int64))


@lru_cache(maxsize=1)
def _tails() -> pl.Series:
    return pl.Series([f"{sequence:03d}{check}" for sequence in range(1000) for check in CHECK_CHARACTERS])


def id_numbers(birth_day: Ints, sequence: Ints) -> pl.Series:
    """The valid number of each person."""
    sequence_sum = sequence // 100 * WEIGHTS[14] + sequence // 10 % 10 * WEIGHTS[15] + sequence % 10 * WEIGHTS[16]
    check = (_weighted_day_sums()[birth_day] + sequence_sum) % 11
    return concat_texts(PREFIX, look_up(compact_dates(), birth_day), look_up(_tails(), sequence * 11 + check))


def mobiles(number: Ints) -> pl.Series:
    """An eleven-digit mobile for each whole number below 10^8, all different."""
    return pl.Series(15_400_000_000 + number * 61_803_399 % _NUMBERS_OF_MOBILES).cast(pl.String)


PLATFORM_PHONE: Final = mobiles(np.array([_NUMBERS_OF_MOBILES - 1]))[0]  # not a person's own number
AGENCY_PHONE: Final = mobiles(np.array([_NUMBERS_OF_MOBILES - 2]))[0]


def excel_float(number: str) -> str:
    """The number as Excel stores it as a float: fifteen digits, the last three lost."""
    return f"{number[0]}.{number[1:15]}E+17"


def _impossible_birth_date(number: str) -> str:
    seventeen = number[:10] + "13" + number[12:17]
    return seventeen + check_character(seventeen)


def spoil_number(number: str, defect: str) -> tuple[str, str]:
    """The number with this defect, and the defect it really got (Excel does not convert a number ending in X)."""
    match defect:
        case "excel_float" if not number.endswith("X"):
            return excel_float(number), defect
        case "old_15_digits":
            return number[:6] + number[8:17], defect
        case "old_14_digits":  # one of fifteen lost
            return number[:6] + number[8:16], defect
        case "old_month_13":
            return number[:6] + number[8:10] + "13" + number[12:17], defect
        case "letter":  # every birth date since 1900 holds a 0 or a 1
            return number[:6] + number[6:].replace("0", "O", 1).replace("1", "l", 1), defect
        case "too_short":
            return number[:17], defect
        case "impossible_birth_date":
            return _impossible_birth_date(number), defect
        case _:
            wrong = CHECK_CHARACTERS[(CHECK_CHARACTERS.index(number[17]) + 1 + int(number[14:17]) % 10) % 11]
            return number[:17] + wrong, "wrong_check_digit"


def with_defects(rng: Rng, numbers: pl.Series, where: Bools, defects: dict[str, float]) -> tuple[pl.Series, pl.Series]:
    """The numbers with defects at `where`, and the name of each defect (null elsewhere)."""
    rows = np.flatnonzero(where)
    names = list(defects)
    kinds = [names[i] for i in draw(rng, defects.values(), len(rows))]
    results = [spoil_number(number, kind) for number, kind in zip(numbers.gather(rows), kinds, strict=True)]
    return (
        numbers.scatter(rows, [text for text, _ in results]),
        null_texts(len(numbers)).scatter(rows, [kind for _, kind in results]),
    )


def mistype_number(rng: Rng, phones: pl.Series, where: Bools) -> pl.Series:
    """The phones, with one of the last eight digits wrong at `where`."""
    rows = np.flatnonzero(where & phones.is_not_null().to_numpy())
    places, shifts = rng.integers(3, 11, len(rows)), rng.integers(1, 10, len(rows))
    texts = [
        f"{phone[:place]}{(int(phone[place]) + shift) % 10}{phone[place + 1 :]}"
        for phone, place, shift in zip(phones.gather(rows), places, shifts, strict=True)
    ]
    return phones.scatter(rows, texts)
