"""Makes the tickets of the 12345 hotline: three years, with addresses as callers say them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from demo.geography.buildings import Buildings
from demo.offices.calendar_texts import clock_times, day, iso_dates, month
from demo.offices.office import Breakable, Rows, break_rows
from demo.offices.requests import PLATFORM_NAME, REQUESTS
from demo.people.homes import Homes
from demo.people.identity_numbers import AGENCY_PHONE, PLATFORM_PHONE, mistype_number
from demo.people.lookalikes import CASES
from demo.people.names import as_written
from demo.people.people import People, Register
from demo.shares import distributions as shares
from demo.shares import hard_cases as hard
from demo.shares.sampling import (
    Bools,
    Ints,
    Rng,
    between,
    blank,
    concat_texts,
    draw,
    first_not_null,
    flip,
    look_up,
    pick,
)
from demo.spellings.addresses import AddressBook, outside_address
from demo.spellings.noise import heads_and_tails, with_noise

BREAKABLE: Final = Breakable(
    required=("诉求地址", "诉求内容", "诉求分类"),
    dates=("来电时间",),
    labels={"紧急程度": "加急", "工单状态": "挂起"},
)
_CLASSES: Final = tuple(shares.REQUEST_CLASSES)
_URGENCIES: Final = tuple(shares.LIMIT_HOURS)
_STATUSES: Final = ("待分拨", "办理中", "已办结", "已退单")
_DAY: Final = 86_400


def _callers(rng: Rng, people: People, homes: Homes, buildings: Buildings, n: int) -> tuple[Ints, Ints]:
    """Caller and dwelling of each call: a few people call often; some calls are about empty homes."""
    adults = rng.permutation(np.flatnonzero(people.age[: people.residents] >= 18))
    who = adults[(len(adults) * rng.random(n) ** 1.5).astype(np.int64)]
    dwelling = homes.lives_at[who]
    empty = buildings.homes[homes.occupant[buildings.homes] < 0]
    about_empty = flip(rng, shares.TICKET_ABOUT_VACANT_HOME, n) & (len(empty) > 0)
    dwelling[about_empty] = pick(rng, empty, int(about_empty.sum()))
    return who, dwelling


def _moments(rng: Rng, n: int) -> Ints:
    """The times of calls in seconds since 1900, ascending: all days of three years, 7 to 22 o'clock, mostly afternoon."""
    days = between(rng, day(shares.HOTLINE_SINCE), day(shares.DELIVERY), n)
    return np.sort(days * _DAY + 7 * 3600 + ((rng.random(n) + rng.random(n)) * 7.5 * 3600).astype(np.int64))


def _time_texts(moments: Ints) -> pl.Series:
    known = moments >= 0
    return concat_texts(
        look_up(iso_dates(), np.where(known, moments // _DAY, -1)), " ", look_up(clock_times(), moments % _DAY)
    )


def _classes(rng: Rng, days: Ints) -> Ints:
    drawn = draw(rng, shares.REQUEST_CLASSES.values(), len(days))
    cold = np.isin(month(days), tuple(shares.HEATING_MONTHS))
    return np.where((drawn == _CLASSES.index("供暖")) & ~cold, _CLASSES.index("其他"), drawn)


def _urgencies(rng: Rng, classes: Ints) -> Ints:
    danger = np.array([shares.DANGER.get(name, 0.0) for name in _CLASSES])[classes]
    complicated = np.array([shares.COMPLEX.get(name, 0.0) for name in _CLASSES])[classes]
    utility = np.array([name in shares.UTILITIES for name in _CLASSES])[classes]
    coin = rng.random(len(classes))
    return np.select([coin < danger, utility, coin > 1 - complicated], [0, 1, 3], 2)


def _progress(rng: Rng, moments: Ints, urgencies: Ints) -> tuple[Ints, Ints]:
    """Each ticket's status, and its time of resolution (-1 if none), on the day of delivery."""
    n, now = len(moments), (day(shares.DELIVERY) + 1) * _DAY
    limit = np.array(list(shares.LIMIT_HOURS.values()))[urgencies] * 3600
    needed = limit * (0.05 + 0.9 * rng.random(n)) + np.where(flip(rng, shares.OVERDUE, n), limit, 0)
    resolved = moments + needed.astype(np.int64)
    status = np.select([flip(rng, shares.TICKETS_RETURNED, n), resolved < now, now - moments > _DAY // 2], [3, 2, 1], 0)
    return status, np.where(status == 2, resolved, -1)


def _contents(rng: Rng, classes: Ints, people: People, who: Ints) -> pl.Series:
    """A sentence about the request; some have the caller's mobile, name or ID number in them."""
    n = len(classes)
    sentences = [sentence for name in _CLASSES for sentence in REQUESTS[name][1]]
    counts = np.array([len(REQUESTS[name][1]) for name in _CLASSES])
    chosen = (counts.cumsum() - counts)[classes] + (rng.random(n) * counts[classes]).astype(np.int64)
    contents = look_up(pl.Series(sentences), chosen)
    contact = draw(rng, shares.CONTENT_CONTACT.values(), n)
    rows = [np.flatnonzero(contact == kind) for kind in range(1, len(shares.CONTENT_CONTACT))]
    left = (
        ("，联系电话", people.phone(who[rows[0]], np.zeros(len(rows[0]), dtype=np.bool_))),
        ("，我叫", look_up(people.name, who[rows[1]])),
        ("，身份证号", look_up(people.id_no, who[rows[2]])),
    )
    with_contact = pl.concat(
        [concat_texts(contents.gather(at), word, value) for at, (word, value) in zip(rows, left, strict=True)]
    )
    return contents.scatter(np.concatenate(rows), with_contact)


def _requesters(rng: Rng, people: People, who: Ints, forwarded: Bools, noise: float) -> tuple[pl.Series, pl.Series]:
    """Names as the clerk heard them, and the kind of mishearing (null if none)."""
    n = len(who)
    style = draw(rng, hard.with_noise(shares.REQUESTER_STYLES, {"surname": hard.SURNAME_ONLY}, noise).values(), n)
    surname = look_up(people.surname, who)
    polite = concat_texts(surname, look_up(pl.Series(["女士", "先生"]), people.male[who].astype(np.int64)))
    clear = people.mistakable[who] | (style != 0) | forwarded
    full, misheard = as_written(rng, "hotline", look_up(people.name, who), surname, clear, noise)
    named = pl.when(pl.Series(style == 0)).then(full).when(pl.Series(style == 1)).then(polite)
    spoken = named.when(pl.Series(style == 3)).then(surname).otherwise(None)
    return pl.select(pl.when(pl.Series(forwarded)).then(pl.lit(PLATFORM_NAME)).otherwise(spoken)).to_series(), misheard


def _phones(rng: Rng, people: People, who: Ints, forwarded: Bools, noise: float) -> tuple[pl.Series, pl.Series]:
    """Phones, and the case agency_phone or family_phone where they are not the caller's own."""
    n = len(who)
    lent = (people.age[who] > 70) & flip(rng, hard.OLD_FAMILY_PHONE * noise, n) & (people.relative[who] != who)
    agency = flip(rng, hard.AGENCY_TICKET * noise, n) & ~forwarded
    owner = np.where(lent, people.relative[who], who)
    own = people.phone(owner, flip(rng, shares.SECOND_NUMBER, n) & ~lent)
    own = blank(mistype_number(rng, own, flip(rng, shares.PHONE_TYPO, n)), ~flip(rng, shares.REQUESTER_PHONE, n))
    phone = (
        pl.when(pl.Series(forwarded)).then(pl.lit(PLATFORM_PHONE)).when(pl.Series(agency)).then(pl.lit(AGENCY_PHONE))
    )
    whose = look_up(pl.Series(["agency_phone", "family_phone"]), np.select([agency, lent & ~forwarded], [0, 1], -1))
    return pl.select(phone.otherwise(own)).to_series(), whose


def _addresses(
    rng: Rng, book: AddressBook, dwelling: Ints, who: Ints, noise: float
) -> tuple[pl.Series, dict[str, Any]]:
    """Addresses as callers say them, and the truth about them; some are outside Datong."""
    spelled = book.spell(rng, dwelling, hard.with_noise(shares.HOTLINE_STYLES, hard.HARD_HOTLINE_STYLES, noise))
    text, kind = with_noise(rng, spelled, hard.HOTLINE_NOISE, noise, book.city)
    outside = spelled.style == "outside"
    text = pl.select(pl.when(outside).then(outside_address(who)).otherwise(text)).to_series()
    text, kind = heads_and_tails(rng, text, kind)
    truth = {
        "dwelling": spelled.known_dwelling,
        "building_of": spelled.known_building,
        "address_style": spelled.style,
        "address_noise": kind,
    }
    return text, truth


def ticket_rows(
    rng: Rng,
    count: int,
    people: People,
    buildings: Buildings,
    homes: Homes,
    book: AddressBook,
    register: Register,
    noise: float,
) -> Rows:
    """The block's `count` tickets; the truth adds reported_day, address_style, address_noise, person_case.

    Tickets forwarded by the web platform have no person in the truth.
    """
    who, dwelling = _callers(rng, people, homes, buildings, count)
    moments = _moments(rng, count)
    classes = _classes(rng, moments // _DAY)
    urgencies = _urgencies(rng, classes)
    status, resolved = _progress(rng, moments, urgencies)
    forwarded = flip(rng, shares.SWITCHBOARD, count)
    key = concat_texts("GD", pl.Series(1_000_000_000 + register.tickets + 1 + np.arange(count)).cast(pl.String))
    register.tickets += count
    requester, misheard = _requesters(rng, people, who, forwarded, noise)
    phone, whose = _phones(rng, people, who, forwarded, noise)
    address, address_truth = _addresses(rng, book, dwelling, who, noise)
    units = pl.Series([REQUESTS[name][0] for name in _CLASSES])
    file = pl.DataFrame(
        {
            "工单编号": key,
            "来电时间": _time_texts(moments),
            "诉求人姓名": requester,
            "联系电话": phone,
            "诉求地址": address,
            "诉求分类": look_up(pl.Series(_CLASSES), classes),
            "诉求内容": _contents(rng, classes, people, who),
            "紧急程度": look_up(pl.Series(_URGENCIES), urgencies),
            "承办单位": look_up(units, np.where(status > 0, classes, -1)),
            "工单状态": look_up(pl.Series(_STATUSES), status),
            "办结时间": _time_texts(resolved),
        }
    )
    known = ~forwarded
    truth = pl.DataFrame(
        {
            "record_key": key,
            "person": pl.Series(people.person[who]).set(pl.Series(~known), None),
            "household_no": blank(look_up(people.household_no, people.household[who]), ~known),
            **address_truth,
            "person_case": blank(first_not_null(misheard, whose, look_up(pl.Series(CASES), people.case[who])), ~known),
            "reported_day": moments // _DAY,
        }
    )
    return break_rows(rng, Rows(file, truth), BREAKABLE)
