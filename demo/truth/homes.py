"""Finds the true contradictions about homes, tickets, addresses and grids in the final rows, by the simulation's ids.

Texts are compared for equality (phones, spellings) but never parsed.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from demo.offices.calendar_texts import day
from demo.people.identity_numbers import AGENCY_PHONE, PLATFORM_PHONE
from demo.shares import distributions as shares
from demo.truth.cases import AcceptedRows, Cases, key_of, row_by_row
from demo.truth.planted_homes import INSIDE, NO_SUCH_BUILDING

NOT_THERE: Final = (NO_SUCH_BUILDING, "no_such_room")  # styles that name a known estate but a door that does not exist
SHARED_BY: Final = (3, 20)  # people of one phone; more are an agency's
STRANGERS: Final = 3  # households
M2_A_HEAD: Final = 5.0
_LOCATED: Final = pl.col("dwelling") >= 0


def _located(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.filter(_LOCATED)


def _recent(tickets: pl.LazyFrame) -> pl.LazyFrame:
    return tickets.filter(pl.col("reported_day") >= day(shares.DELIVERY) - shares.TICKET_WINDOW_DAYS)


def _registered_as(titles: pl.LazyFrame, occupancy: str) -> pl.LazyFrame:
    """Dwellings whose titles all state this occupancy, with the titles as keys."""
    agrees = (pl.col("occupancy") == occupancy).all().alias("agrees")
    by_home = _located(titles).group_by("dwelling")
    return by_home.agg(agrees, key_of("property").alias("keys")).filter("agrees").drop("agrees")


def _linked_people(known: AcceptedRows) -> pl.LazyFrame:
    """Pairs of dwelling and person: who lives or is registered there or holds a title."""
    hukou = pl.col("hukou_dwelling").alias("dwelling")
    people, titles = known.residents, known.titles.select("dwelling", "person")
    return _located(pl.concat([people.select("dwelling", "person"), people.select(hukou, "person"), titles]).unique())


def _numbers(known: AcceptedRows, *others: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs of person and phone, from the resident register, from `others`, or from calls about one's own home.

    Only calls with the caller's full name count.
    """
    named = known.registrations.select("person", pl.col("姓名").alias("诉求人姓名")).unique()
    called = known.tickets.join(_linked_people(known), on=["dwelling", "person"], how="semi")
    called = called.join(named, on=["person", "诉求人姓名"], how="semi")
    every = pl.concat([rows.select("person", "联系电话") for rows in (known.registrations, called, *others)]).unique()
    return every.filter(pl.col("联系电话").is_not_null() & ~pl.col("联系电话").is_in((AGENCY_PHONE, PLATFORM_PHONE)))


def _findable(known: AcceptedRows) -> pl.LazyFrame:
    """Dwellings whose holders can all be identified, by a usable ID number or by name and phone."""
    titles, phone = _located(known.titles), pl.col("产权人电话").alias("联系电话")
    by_phone = titles.select("record_key", "person", phone).join(_numbers(known), on=["person", "联系电话"], how="semi")
    numbered = pl.col("id_defect").is_null() | (pl.col("id_defect") == "old_15_digits")
    known_holder = numbered | pl.col("called")
    with_phone = titles.join(by_phone.select("record_key", pl.lit(True).alias("called")), on="record_key", how="left")
    by_home = with_phone.with_columns(pl.col("called").fill_null(False)).group_by("dwelling")
    return by_home.agg(known_holder.all().alias("ok")).filter("ok").select("dwelling")


def _holder_away(known: AcceptedRows) -> pl.LazyFrame:
    """产权人不在住: registered as owner-occupied, somebody lives there, no holder does."""
    living = _located(known.residents).select("dwelling", "person").unique()
    holder_at_home = known.titles.join(living, on=["dwelling", "person"], how="semi")
    return (
        _registered_as(known.titles, "自住")
        .join(_findable(known), on="dwelling", how="semi")
        .join(living, on="dwelling", how="semi")
        .join(holder_at_home, on="dwelling", how="anti")
    )


def _unregistered_rental(known: AcceptedRows) -> pl.LazyFrame:
    """出租未登记: people from elsewhere live there, no title says rented, and nobody of a holder's household lives there."""
    living, titles = _located(known.residents), _located(known.titles)
    tenants = living.filter(pl.col("人员类别") == "流动人口")
    never = (pl.col("occupancy") != "出租").all().alias("never")
    silent = titles.group_by("dwelling").agg(never, key_of("property").alias("keys")).filter("never").drop("never")
    holder = titles.join(living, on=["dwelling", "person"], how="semi")
    family = titles.join(living, on=["dwelling", "household_no"], how="semi")
    return (
        silent.join(_findable(known), on="dwelling", how="semi")
        .join(tenants, on="dwelling", how="semi")
        .join(holder, on="dwelling", how="anti")
        .join(family, on="dwelling", how="anti")
    )


def _overcrowded(known: AcceptedRows) -> pl.LazyFrame:
    """群租: a residential home of three households or more, with less than 5 m² a head."""
    households, people = pl.col("household_no").n_unique(), pl.col("person").n_unique()
    living = _located(known.residents).group_by("dwelling").agg(households.alias("households"), people.alias("people"))
    homes = _located(known.titles).filter(pl.col("房屋用途") == "住宅").group_by("dwelling")
    area = pl.col("建筑面积").cast(pl.Float64).max().alias("area")
    both = homes.agg(area, key_of("property").alias("keys")).join(living, on="dwelling")
    dense = (pl.col("households") >= STRANGERS) & (pl.col("area") < M2_A_HEAD * pl.col("people"))
    return both.filter(dense).select("keys", "dwelling")


def _vacant_with_ticket(known: AcceptedRows) -> pl.LazyFrame:
    """空置却有诉求: registered as vacant, with a locatable ticket in the last 180 days."""
    return _registered_as(known.titles, "空置").join(_located(_recent(known.tickets)), on="dwelling", how="semi")


def _vacant_with_residents(known: AcceptedRows) -> pl.LazyFrame:
    """空置却有登记: registered as vacant, and somebody is registered as living there."""
    return _registered_as(known.titles, "空置").join(_located(known.residents), on="dwelling", how="semi")


def _without_title(known: AcceptedRows) -> pl.LazyFrame:
    """房屋无产权记录: somebody lives there, and no title, not even a cancelled one, is for the home."""
    living = _located(known.residents).group_by("dwelling").agg(key_of("resident").alias("keys"))
    return living.join(_located(known.holdings), on="dwelling", how="anti")


def _address_not_found(known: AcceptedRows) -> pl.LazyFrame:
    """地址不存在: a spelling in a register whose building or door does not exist."""

    def written(source: str, rows: pl.LazyFrame, column: str, style: str) -> pl.LazyFrame:
        lost = rows.filter(pl.col(style).is_in(NOT_THERE) & pl.col(column).is_not_null())
        return lost.select(pl.col(column).alias("text"), key_of(source).alias("key"))

    rows = (
        written("resident", known.residents, "户籍地址", "hukou_address_style"),
        written("resident", known.residents, "现住址", "address_style"),
        written("property", known.titles, "坐落", "address_style"),
    )
    spellings = pl.concat(rows).group_by("text").agg(pl.col("key").unique().alias("keys"))
    return spellings.select("keys", pl.lit(-1, pl.Int64).alias("dwelling"))


def _wrong_grid(known: AcceptedRows) -> pl.LazyFrame:
    """网格错挂: the written grid is not the one the building stands in."""
    elsewhere = known.buildings.filter(pl.col("written_grid") != pl.col("grid_code"))
    key = pl.concat_list(pl.concat_str(pl.lit("grid_building:"), "building_id")).alias("keys")
    return elsewhere.select(key, pl.col("dwelling").cast(pl.Int64))


def _shared_phone(known: AcceptedRows) -> pl.LazyFrame:
    """电话多户共用: one number on people of three households and homes or more."""
    given = known.residents.filter(pl.col("联系电话").is_not_null()).group_by("联系电话")
    homes = pl.col("dwelling").filter(_LOCATED).n_unique().alias("homes")
    counted = given.agg(
        pl.col("household_no").n_unique().alias("households"), homes, pl.col("person").n_unique().alias("people"),
        key_of("resident").alias("keys"),
    )  # fmt: skip
    several = (pl.col("households") >= STRANGERS) & (pl.col("homes") >= STRANGERS)
    shared = counted.filter(several & pl.col("people").is_between(*SHARED_BY))
    return shared.select("keys", pl.lit(-1, pl.Int64).alias("dwelling"))


def _ticket_without_dwelling(known: AcceptedRows) -> pl.LazyFrame:
    """12345地址无房: a recent ticket about a building or door that does not exist."""
    return row_by_row("hotline", _recent(known.tickets).filter(pl.col("address_style").is_in(NOT_THERE)))


def _requester_not_resident(known: AcceptedRows) -> pl.LazyFrame:
    """诉求人非住户: a recent call about the inside of a home with which neither the caller nor her household has a link.

    The caller is identified by her name with her known phone, or with a present or former home of hers.
    """
    numbers = _numbers(known, known.holdings.select("person", pl.col("产权人电话").alias("联系电话")))
    before = pl.concat([known.registrations, known.holdings], how="diagonal").select("dwelling", "person").unique()
    inside = _located(_recent(known.tickets)).filter(
        pl.col("诉求分类").is_in(INSIDE) & pl.col("诉求人姓名").is_not_null()
    )
    by_phone = inside.join(numbers, on=["person", "联系电话"], how="semi")
    calls = pl.concat([by_phone, inside.join(before, on=["dwelling", "person"], how="semi")]).unique("record_key")
    linked = _linked_people(known)
    member = known.residents.select("person", "household_no").unique()
    households = linked.join(member, on="person").select("dwelling", "household_no").unique()
    of_family = calls.select("record_key", "dwelling", "person").join(member, on="person")
    of_family = of_family.join(households, on=["dwelling", "household_no"], how="semi")
    strangers = calls.join(linked, on=["dwelling", "person"], how="anti").join(of_family, on="record_key", how="anti")
    return row_by_row("hotline", strangers)


CASES: Final = (
    Cases("title_holder_not_resident", "dwelling", _holder_away),
    Cases("unregistered_rental", "dwelling", _unregistered_rental),
    Cases("overcrowded_rental", "dwelling", _overcrowded),
    Cases("vacant_with_ticket", "dwelling", _vacant_with_ticket),
    Cases("vacant_with_residents", "dwelling", _vacant_with_residents),
    Cases("dwelling_without_title", "dwelling", _without_title),
    Cases("address_not_found", "address", _address_not_found),
    Cases("wrong_grid", "building", _wrong_grid),
    Cases("shared_phone", "phone", _shared_phone),
    Cases("ticket_without_dwelling", "ticket", _ticket_without_dwelling),
    Cases("requester_not_resident", "ticket", _requester_not_resident),
)
