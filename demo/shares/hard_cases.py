"""The shares of hard cases: spellings and persons that are easily mistaken. `noise` multiplies all of them.

Ordinary shares are in `distributions.py`. Magnitudes chosen for the demo, not measurements: each kind frequent enough to be
counted in a city of 10,400, all together rare enough for a register in daily use.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

MOST_NOISE: Final = 5.0


def with_noise(usual: Mapping[str, float], hard: Mapping[str, float], noise: float) -> dict[str, float]:
    """Weights that sum to one: the hard ones times `noise`; the usual ones share the rest."""
    scaled = {name: share * noise for name, share in hard.items()}
    rest = (1 - sum(scaled.values())) / sum(usual.values())
    return {**{name: share * rest for name, share in usual.items()}, **scaled}


# Spellings, by spelling.STYLES. A register sees them where a clerk typed what somebody said; hukou addresses are the
# oldest texts of all and keep names that ended: 0.6 % with a county of before 2018, 0.6 % with a committee of before 2021.
HARD_RESIDENT_STYLES: Final = {
    "former_county": 0.006, "former_community": 0.006, "parts": 0.006, "community_only": 0.002, "suffix": 0.002,
    "dong": 0.003, "zuo": 0.001, "room_hanzi": 0.001, "room_hao": 0.002, "one_entrance": 0.001, "no_such_room": 0.0005,
}  # fmt: skip
HARD_LIVING_STYLES: Final = {
    "parts": 0.015, "suffix": 0.008, "dong": 0.010, "zuo": 0.003, "room_hanzi": 0.004, "room_circle": 0.002,
    "floor_room": 0.005, "room_hao": 0.006, "one_entrance": 0.004, "door_side": 0.004, "community_only": 0.004,
    "former_county": 0.002, "no_such_room": 0.001, "no_building": 0.0005,
}  # fmt: skip
HARD_PROPERTY_STYLES: Final = {
    "former_county": 0.008, "parts": 0.006, "suffix": 0.003, "dong": 0.008, "zuo": 0.003, "room_hao": 0.006,
    "floor_room": 0.003, "door_side": 0.003, "one_entrance": 0.002, "community_only": 0.002, "no_such_room": 0.0005,
}  # fmt: skip
HARD_HOTLINE_STYLES: Final = {
    "parts": 0.020, "suffix": 0.015, "dong": 0.015, "zuo": 0.005, "room_hanzi": 0.008, "room_circle": 0.004,
    "floor_room": 0.010, "room_hao": 0.010, "one_entrance": 0.008, "door_side": 0.010, "community_only": 0.008,
    "former_county": 0.003, "former_community": 0.002, "no_such_room": 0.003, "no_building": 0.003, "outside": 0.004,
}  # fmt: skip

# What happens to a text besides its style, by address_noise.KINDS. Callers are heard, registers are copied.
REGISTER_NOISE: Final = {
    "bracket": 0.002, "phone": 0.0005, "typo_sound": 0.002, "typo_look": 0.001, "typo_dropped": 0.001,
    "typo_doubled": 0.0005, "typo_swapped": 0.0005,
}  # fmt: skip
HOTLINE_NOISE: Final = {
    "bracket": 0.010, "phone": 0.008, "typo_sound": 0.008, "typo_look": 0.004, "typo_dropped": 0.004,
    "typo_doubled": 0.002, "typo_swapped": 0.002,
}  # fmt: skip

# Buildings without a written grid: of those in communities whose grids have outlines, so that the map can tell.
GRID_UNWRITTEN: Final = 0.08

# Persons alike. Twins: census, about 1 birth in 100; the others rarer than life, but there.
TWINS: Final = 0.03  # of households with two children
SAME_NAME_AND_BIRTH_DATE: Final = 0.0006  # of residents, the second of such a pair
SURNAME_SOUNDS_ALIKE: Final = 0.002  # of households, those named like another but for the surname: 王 and 汪
MINORITY_HOUSEHOLD: Final = 0.004  # names with ·; Datong counts few of them
LATIN_NAME: Final = 0.0005  # of residents: holders of a permanent residence card
DORMITORY: Final = 400  # people of the collective household (集体户), or 4 % of a city smaller than 10,000

# What rows make of persons.
NAME_SOUND: Final = {"resident": 0.003, "property": 0.005, "hotline": 0.020}  # one character of the given name: 玥 月
NAME_VARIANT: Final = {"resident": 0.002, "property": 0.004, "hotline": 0.003}  # an old or variant form: 峰 峯
DOT_WRITTEN: Final = {
    "resident": 0.10,
    "property": 0.15,
    "hotline": 0.15,
}  # of names with ·, those written with • . or none
ANOTHERS_ID: Final = 0.0002  # resident rows that carry somebody else's valid number
PAPER_UNTIL: Final = date(2008, 1, 1)  # titles of before were typed from paper (a quarter of all)
OLD_TITLE_ID: Final = 0.06  # of those, the ones whose digits got lost: 15 digits that were 14, or a month 13
OLD_TITLE_DEFECTS: Final = {"old_14_digits": 0.5, "old_month_13": 0.2, "too_short": 0.3}
CHILD_FAMILY_PHONE: Final = 0.30  # of children under 14, those whose row has the phone of the head of their household
OLD_FAMILY_PHONE: Final = 0.15  # of people over 70, those who give a relative's
AGENCY_TICKET: Final = 0.06  # tickets an agency (中介, 物业) files for somebody, with its own phone: 1,000 of 16,774
AGENCY_TITLE: Final = 0.005  # titles registered through it
SURNAME_ONLY: Final = 0.005  # requesters who are written down as 王
CROSSED_HEADS: Final = 0.0008  # of households: their head is also registered in another, whose head is registered here
