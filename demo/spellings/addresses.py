"""Writes a dwelling's address in the styles of people and offices, with the dwelling each text really identifies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from demo.geography.buildings import MAX_DOORS, NO_UNIT, Buildings
from demo.geography.communities import Community
from demo.shares.sampling import Bools, Ints, Rng, concat_texts, draw, look_up
from demo.spellings.ambiguous_buildings import CityNames, Rivals
from demo.spellings.doors import (
    KINDS,
    NUMBER_FORMS,
    STYLE_NAMES,
    STYLES,
    UNIT_FORMS,
    UNITS,
    number_text,
    number_texts,
    unit_texts,
)
from demo.spellings.prefixes import PARTS, REACHES, front_index, fronts

NAMESAKE: Final = "namesake"  # the style of a text that fits several buildings
_FRONT: Final = np.array([front_index(style.front) for style in STYLES.values()], dtype=np.int64)
_NUMBER: Final = np.array([NUMBER_FORMS.index(style.number) for style in STYLES.values()], dtype=np.int64)
_UNIT: Final = np.array([UNIT_FORMS.index(style.unit) for style in STYLES.values()], dtype=np.int64)
_TO_DOOR: Final = np.array([style.identifies == "dwelling" for style in STYLES.values()])
_TO_BUILDING: Final = np.array([style.identifies != "nothing" for style in STYLES.values()])
_LABELS: Final = pl.Series([*STYLE_NAMES, NAMESAKE])
_OUTSIDE_COUNTIES: Final = (
    "河北省张家口市阳原县", "河北省张家口市蔚县", "河北省张家口市怀安县", "河北省保定市涞源县",
    "山西省朔州市应县", "内蒙古自治区乌兰察布市丰镇市", "内蒙古自治区乌兰察布市兴和县", "内蒙古自治区乌兰察布市凉城县",
    "山西省朔州市怀仁市", "山西省朔州市山阴县", "山西省忻州市繁峙县", "山西省忻州市代县",
    "山西省吕梁市临县", "河南省周口市沈丘县", "河南省商丘市虞城县", "山东省菏泽市曹县",
    "安徽省阜阳市临泉县", "四川省达州市宣汉县", "陕西省榆林市府谷县", "甘肃省天水市秦安县",
)  # fmt: skip
_OUTSIDE_STREETS: Final = ("城关镇东街", "城关镇西街", "城关镇南街", "城关镇北街", "城关镇新建路")
_OUTSIDE_HOUSES: Final = 200
_BEYOND: Final = 30  # most by which a building number that does not exist is too high


def _style(name: str) -> int:
    return STYLE_NAMES.index(name)


@dataclass(frozen=True)
class SpelledAddress:
    """Addresses as written: `front`, `number` and `unit` make the text (null without a dwelling).

    `known_dwelling` is the dwelling, `known_building` any dwelling of the building that the text identifies, -1 if it does
    not; `can_err` marks texts that stay understandable with a mistake in the front.
    """

    front: pl.Series
    number: pl.Series
    unit: pl.Series
    style: pl.Series
    known_dwelling: Ints
    known_building: Ints
    can_err: Bools
    _place: Ints  # of the front, in the book
    _names: pl.Series

    @property
    def text(self) -> pl.Series:
        """The whole addresses."""
        return concat_texts(self.front, self.number, self.unit)

    def parts(self, rows: Ints) -> tuple[pl.Series, pl.Series, pl.Series]:
        """The front, the rest, and the estate's name at the front's end (null if there is none) of these rows."""
        front, number, unit = (part.gather(rows) for part in (self.front, self.number, self.unit))
        return front, concat_texts(number, unit), look_up(self._names, self._place[rows])


@dataclass(frozen=True)
class AddressBook:
    """The text parts of a block's buildings, combined by index."""

    buildings: Buildings
    city: CityNames
    _rivals: Rivals
    _fronts: pl.Series  # estate by estate
    _names: pl.Series  # the name at the end of each front
    _estate: Ints  # building → estate
    _alone: Bools  # building → the only one of its estate

    @classmethod
    def of(cls, buildings: Buildings, city: CityNames) -> AddressBook:
        """The book of these buildings."""
        rows = buildings.table.select("community_code", "estate", "estate_alias").rows()
        estates = {key: i for i, key in enumerate(dict.fromkeys(rows))}
        texts = {key: fronts(Community(key[0], 0), key[1], key[2], city.names) for key in estates}
        names = [
            next((name for name in key[1:] if name and front.endswith(name)), None)
            for key, of_estate in texts.items()
            for front in of_estate
        ]
        estate = np.array([estates[row] for row in rows], dtype=np.int64)
        return cls(
            buildings,
            city,
            Rivals(buildings.table, city),
            pl.Series([front for of_estate in texts.values() for front in of_estate]),
            pl.Series(names, dtype=pl.String),
            estate,
            np.bincount(estate)[estate] == 1,
        )

    def spell(self, rng: Rng, dwelling: Ints, weights: Mapping[str, float]) -> SpelledAddress:
        """The address of each dwelling, each in a style drawn by weight; null where the dwelling is negative."""
        building = self.buildings.building[dwelling]
        style = self._fitting_styles(draw_styles(rng, weights, len(dwelling)), building, self.buildings.unit[dwelling])
        front = _FRONT[style]
        parts = np.flatnonzero(style == _style("parts"))
        front[parts] = rng.integers(0, PARTS, len(parts))
        unit = self.buildings.unit[dwelling]
        nowhere = np.flatnonzero(style == _style("no_such_room"))
        unit[nowhere] += (MAX_DOORS - 2 - unit[nowhere] % MAX_DOORS) + rng.integers(0, 2, len(nowhere))
        to_door, to_building = _TO_DOOR[style], _TO_BUILDING[style]
        ambiguous = self._rivals.ambiguous(front, building, unit, to_door) & to_building
        known = (dwelling >= 0) & ~ambiguous
        place = self._estate[building] * len(REACHES) + front
        return SpelledAddress(
            front=look_up(self._fronts, np.where(dwelling >= 0, place, -1)),
            number=self._numbers(building, _NUMBER[style]),
            unit=look_up(unit_texts(), _UNIT[style] * UNITS + unit),
            style=look_up(_LABELS, np.where(ambiguous, len(STYLES), style)),
            known_dwelling=np.where(known & to_door, dwelling, -1),
            known_building=np.where(known & to_building, dwelling, -1),
            can_err=known & to_building,
            _place=place,
            _names=self._names,
        )

    def _fitting_styles(self, style: Ints, building: Ints, unit: Ints) -> Ints:
        """The styles, with those that do not fit the building replaced."""
        courtyard, table = unit == NO_UNIT, self.buildings.table
        cannot = {
            "one_entrance": courtyard | (table["entrance_count"].to_numpy()[building] > 1),
            "unlocatable_building": courtyard,  # without a door a courtyard is written in full
            "no_such_room": courtyard,
            "no_building": courtyard | self._alone[building],
        }
        for name, where in cannot.items():
            style = np.where((style == _style(name)) & where, _style("estate"), style)
        no_sides = ~table["has_sides"].to_numpy()[building] | courtyard
        return np.where((style == _style("door_side")) & no_sides, _style("floor_room"), style)

    def _numbers(self, building: Ints, form: Ints) -> pl.Series:
        number = self.buildings.table["building_no"].to_numpy()[building]
        courtyard = self.buildings.table["is_courtyard"].to_numpy()[building]
        most = int(self.buildings.table["building_no"].max())  # type: ignore[arg-type]
        return look_up(number_texts(most), (form * 2 + courtyard) * (most + 1) + number)

    def beyond(self, rng: Rng, dwelling: Ints) -> list[str]:
        """An address for each dwelling with a building number beyond the block's last, so that it does not exist."""
        table, most = self.buildings.table, int(self.buildings.table["building_no"].max())  # type: ignore[arg-type]
        building, numbers = self.buildings.building[dwelling], most + rng.integers(1, _BEYOND, len(dwelling))
        front = look_up(self._fronts, self._estate[building] * len(REACHES) + _FRONT[_style("district")])
        kinds = [KINDS[courtyard] for courtyard in table["is_courtyard"].to_numpy()[building].astype(int)]
        number_parts = [number_text(int(number), "号楼", kind) for number, kind in zip(numbers, kinds, strict=True)]
        unit = look_up(unit_texts(), _UNIT[_style("district")] * UNITS + self.buildings.unit[dwelling])
        return concat_texts(front, pl.Series(number_parts, dtype=pl.String), unit).to_list()

    def standard(self, dwelling: Ints) -> pl.Series:
        """The standard address of each dwelling; null where the dwelling is negative."""
        building = np.where(dwelling >= 0, self.buildings.building[dwelling], -1)
        unit = self.buildings.unit[dwelling]
        return concat_texts(look_up(self.buildings.table["standard_address"], building), look_up(unit_texts(), unit))

    def grid_code(self, dwelling: Ints) -> pl.Series:
        """The written grid of each dwelling; null where the dwelling is negative."""
        building = np.where(dwelling >= 0, self.buildings.building[dwelling], -1)
        return look_up(self.buildings.table["written_grid"], building)


def draw_styles(rng: Rng, weights: Mapping[str, float], n: int) -> Ints:
    """n styles, as indices into STYLES."""
    places = np.array([STYLE_NAMES.index(name) for name in weights], dtype=np.int64)
    return places[draw(rng, weights.values(), n)]


@lru_cache(maxsize=1)
def _outside() -> pl.Series:
    numbers = range(1, _OUTSIDE_HOUSES + 1)
    return pl.Series([f"{c}{street}{n}号" for c in _OUTSIDE_COUNTIES for street in _OUTSIDE_STREETS for n in numbers])


def outside_address(household: Ints) -> pl.Series:
    """A registered address outside Datong, the same for everyone of a household (any whole number)."""
    return look_up(_outside(), household * 7919 % len(_outside()))
