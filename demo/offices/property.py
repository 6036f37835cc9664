"""Makes the property register (不动产登记): one row per title and co-owner; former owners' titles are cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from demo.geography.buildings import MAX_DOORS, Buildings
from demo.offices.calendar_texts import day, iso_dates
from demo.offices.office import Breakable, Rows, break_rows
from demo.people.homes import Homes, Tenure
from demo.people.identity_numbers import AGENCY_PHONE, mistype_number, with_defects
from demo.people.lookalikes import CASES
from demo.people.names import as_written
from demo.people.people import People, Register
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import Bools, Ints, Rng, between, blank, concat_texts, draw, first_not_null, flip, look_up
from demo.spellings.addresses import AddressBook
from demo.spellings.noise import with_noise
from demo.truth.planted_people import former_holders

BREAKABLE: Final = Breakable(
    required=("产权人姓名", "产权人证件号", "坐落", "建筑面积"),
    dates=("登记日期", "更新日期"),
    labels={"房屋用途": "车位", "使用状态": "不详"},
)
USAGES: Final = tuple(shares.USAGES)
OCCUPANCIES: Final = tuple(shares.OCCUPANCY_BY_TRUTH["rented"])
_USES: Final = tuple(shares.OCCUPANCY_BY_TRUTH)


@dataclass(frozen=True)
class _Titles:
    """Arrays with one element per title, dwellings ascending."""

    dwelling: Ints
    holder: Ints
    share: Ints  # percent
    is_current: Bools


def _holdings(rng: Rng, people: People, homes: Homes) -> _Titles:
    dwellings = np.flatnonzero(~flip(rng, shares.WITHOUT_TITLE, len(homes.owner)))
    household = homes.owner_household[dwellings]
    spouse = np.where(household >= 0, people.spouse[household], -1)
    shared = (spouse >= 0) & flip(rng, shares.CO_OWNED, len(dwellings))
    larger = np.where(flip(rng, shares.UNEQUAL_SHARES, len(dwellings)), 60, 50)
    sold = flip(rng, shares.SOLD_BEFORE, len(dwellings))
    outsiders = people.residents + rng.integers(0, len(people.person) - people.residents, int(sold.sum()))
    sold_homes, sellers = former_holders(rng.spawn(1)[0], people, homes, dwellings)
    former = np.concatenate([outsiders, sellers])
    dwelling = np.concatenate([dwellings, dwellings[shared], dwellings[sold], sold_homes])
    holder = np.concatenate([homes.owner[dwellings], spouse[shared], former])
    share = np.concatenate([np.where(shared, larger, 100), 100 - larger[shared], np.full(len(former), 100)])
    is_current = np.arange(len(dwelling)) < len(dwelling) - len(former)
    order = np.argsort(dwelling, kind="stable")
    return _Titles(dwelling[order], holder[order], share[order], is_current[order])


def _occupancies(rng: Rng, buildings: Buildings, homes: Homes) -> Ints:
    """The registered use of each dwelling, outdated in the shares of OCCUPANCY_BY_TRUTH."""
    tenure = homes.tenure[homes.occupant]
    rented = (tenure == Tenure.LOCAL_RENTER) | (tenure == Tenure.FLOATING_RENTER)
    use = np.select([buildings.usage > 0, homes.occupant < 0, rented], [3, 2, 1], 0)
    registered = np.empty(len(use), dtype=np.int64)
    for number, name in enumerate(_USES):
        where = np.flatnonzero(use == number)
        registered[where] = draw(rng, shares.OCCUPANCY_BY_TRUTH[name].values(), len(where))
    return registered


def _unit_numbers(buildings: Buildings) -> pl.Series:
    """The real-estate unit number of each dwelling, 28 characters (GB/T 37346).

    County, cadastral zone and sub-zone (here subdistrict and community), GB for state-owned building land, parcel, F
    for a building, four digits each for building and unit.
    """
    fronts = [
        f"{code}GB{parcel:05d}F{serial:04d}"
        for code, parcel, serial in buildings.table.select("community_code", "parcel", "building_serial").rows()
    ]
    serials = pl.Series([f"{n:04d}" for n in range(int(buildings.serial.max()) + 1)])
    return concat_texts(look_up(pl.Series(fronts), buildings.building), look_up(serials, buildings.serial))


def _floor_areas(rng: Rng, buildings: Buildings) -> pl.Series:
    """The floor area of each dwelling in m²: similar within a building, different by door."""
    typical = rng.integers(4500, 11500, buildings.table.height)[buildings.building]
    door = buildings.unit % MAX_DOORS
    return pl.Series((typical + door * 837 + buildings.usage * 2100) / 100).cast(pl.String)


def _id_numbers(rng: Rng, people: People, titles: _Titles, old: Bools, noise: float) -> tuple[pl.Series, pl.Series]:
    """Holders' ID numbers and their defects (null if none); more in old titles, which were typed from paper."""
    n = len(titles.holder)
    id_no, defect = with_defects(
        rng, look_up(people.id_no, titles.holder), flip(rng, shares.HOLDER_ID_DEFECT, n), shares.HOLDER_ID_DEFECTS
    )
    from_paper = old & defect.is_null().to_numpy() & flip(rng, hard.OLD_TITLE_ID * noise, n)
    id_no, lost = with_defects(rng, id_no, from_paper, hard.OLD_TITLE_DEFECTS)
    return id_no, first_not_null(defect, lost)


def _phones(rng: Rng, people: People, holder: Ints, noise: float) -> tuple[pl.Series, Bools]:
    """Holders' phones, and True where it is that of an agency that registered the title."""
    n = len(holder)
    phone = blank(people.phone(holder, flip(rng, shares.SECOND_NUMBER, n)), ~flip(rng, shares.HOLDER_PHONE, n))
    phone = mistype_number(rng, phone, flip(rng, shares.PHONE_TYPO, n))
    agency = flip(rng, hard.AGENCY_TITLE * noise, n)
    return pl.select(pl.when(pl.Series(agency)).then(pl.lit(AGENCY_PHONE)).otherwise(phone)).to_series(), agency


def title_rows(
    rng: Rng, people: People, buildings: Buildings, homes: Homes, book: AddressBook, register: Register, noise: float
) -> Rows:
    """The block's rows of 不动产登记.

    The truth adds occupancy, address_style, address_noise, id_defect, person_case, is_current (not cancelled). An ID number in
    scientific notation becomes a numeric cell, as when Excel converted it.
    """
    titles = _holdings(rng, people, homes)
    n, last = len(titles.dwelling), day(shares.DELIVERY)
    key = concat_texts("BDC", pl.Series(1_000_000_000 + register.titles + 1 + np.arange(n)).cast(pl.String))
    register.titles += n
    styles = hard.with_noise(shares.PROPERTY_STYLES, hard.HARD_PROPERTY_STYLES, noise)
    spelled = book.spell(rng, titles.dwelling, styles)
    location, address_noise = with_noise(rng, spelled, hard.REGISTER_NOISE, noise, book.city)
    registered = between(rng, last - 28 * 365, last - 400, n) - np.where(titles.is_current, 0, 3000)
    updated = between(rng, np.maximum(registered, last - 8 * 365), last, n)
    id_no, defect = _id_numbers(rng, people, titles, registered < day(hard.PAPER_UNTIL), noise)
    phone, agency = _phones(rng, people, titles.holder, noise)
    names, surnames = look_up(people.name, titles.holder), look_up(people.surname, titles.holder)
    name, name_case = as_written(rng, "property", names, surnames, people.mistakable[titles.holder], noise)
    occupancy = look_up(pl.Series(OCCUPANCIES), _occupancies(rng, buildings, homes))
    file = pl.DataFrame(
        {
            "登记编号": key,
            "不动产单元号": look_up(_unit_numbers(buildings), titles.dwelling),
            "坐落": location,
            "建筑面积": look_up(_floor_areas(rng, buildings), titles.dwelling),
            "房屋用途": look_up(pl.Series(USAGES), buildings.usage[titles.dwelling]),
            "使用状态": look_up(occupancy, titles.dwelling),
            "产权人姓名": name,
            "产权人证件号": id_no,
            "产权人电话": phone,
            "共有份额": pl.Series(titles.share).cast(pl.String),
            "登记日期": look_up(iso_dates(), registered),
            "更新日期": look_up(iso_dates(), updated),
            "注销日期": look_up(iso_dates(), np.where(titles.is_current, -1, updated)),
        }
    )
    household = people.household[titles.holder]
    agency_case = look_up(pl.Series(["agency_phone"]), np.where(agency, 0, -1))
    truth = pl.DataFrame(
        {
            "record_key": key,
            "person": people.person[titles.holder],
            "household_no": look_up(people.household_no, household),
            "dwelling": spelled.known_dwelling,
            "building_of": spelled.known_building,
            "address_style": spelled.style,
            "address_noise": address_noise,
            "occupancy": file["使用状态"],
            "id_defect": defect,
            "person_case": first_not_null(
                name_case, agency_case, look_up(pl.Series(CASES), people.case[titles.holder])
            ),
            "is_current": titles.is_current,
        }
    )
    return break_rows(rng, Rows(file, truth), BREAKABLE)
