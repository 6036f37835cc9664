"""The first six digits that an ID number may have: every county code (GB/T 2260) that ever existed, until its last year.

`county_codes.csv` has the codes from 1981 to 2024 with the first and last year in whose list each is (facts of
yescallop/areacodes, CC0; blank where the table begins or ends). A number carries the county where its holder was first
registered: its code may be newer than the person, but not withdrawn before she was born. A year's list is that of its
end: a code may have been in use until the end of the year after its last.
Not here: provinces and a deployment's own codes (the code list `id_area`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from contracts.code_lists import CodeList

TABLE = Path(__file__).with_name("county_codes.csv")
LAST_YEAR = 2024
FIRST_UNKNOWN, FOREVER = (LAST_YEAR + 1) * 10_000 + 101, 9999_12_31


@dataclass(frozen=True)
class Areas:
    """`counties`: the last day of birth possible with each code of six digits. `provinces`: the first one with each code of two
    digits, for counties newer than our table. Days are numbers, 20240301.
    """

    counties: dict[int, int]
    provinces: dict[int, int]

    @classmethod
    def of(cls, added: CodeList) -> Areas:
        """The table with the lines of `id_area` added. A province of which the table has no county allows every day of birth."""
        counties, provinces = dict(_counties()), {}
        known = {code // 10_000 for code in counties if code % 10_000}
        for code in added.labels:
            if len(code) == 6:
                counties[int(code)] = _number(added.last_day(code))
            else:
                provinces[int(code)] = FIRST_UNKNOWN if int(code) in known else 0
        return cls(counties, provinces)

    def is_known(self, code: pl.Expr, born: pl.Expr) -> pl.Expr:
        """True if an ID number with this code can belong to a person born that day; both are whole numbers. Never null."""
        last = code.replace_strict(self.counties, default=0, return_dtype=pl.Int64)
        first = (code // 10_000).replace_strict(self.provinces, default=FOREVER, return_dtype=pl.Int64)
        return ((born <= last) | (born >= first)).fill_null(False)

    def is_known_sql(self, code: str, born: str) -> str:
        """`is_known` for DuckDB, of SQL expressions for whole numbers or null."""
        last, first = _lookup_sql(self.counties, code, 0), _lookup_sql(self.provinces, f"{code} // 10000", FOREVER)
        return f"({born} <= {last} or {born} >= {first})"


def _lookup_sql(table: dict[int, int], key: str, default: int) -> str:
    columns = f"select unnest({list(table)}) as code, unnest({list(table.values())}) as day"
    return f"coalesce((select day from ({columns}) as listed where code = {key}), {default})"


@cache
def _counties() -> dict[int, int]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [(int(row["code"]), row["last_year"]) for row in csv.DictReader(file)]
    last = {code: _number(date(int(year) + 1, 12, 31) if year else date.max) for code, year in rows}
    # lists of later years leave out a city's 市辖区 (…01), which has been and is given all the same
    districts = {code + 1: day for code, day in last.items() if code % 100 == 0 and code % 10_000}
    return districts | last


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
