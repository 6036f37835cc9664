"""Writes a register of eight columns and any length for `ingest.py`: deterministic, with numbers that belong to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter

from contracts.identifiers.id_no import CHECK_CHARACTERS, WEIGHTS
from contracts.layout import Format, Layout
from contracts.load import load_catalog
from contracts.model import Table

COLUMNS = ("record_no", "name", "sex", "birth_date", "id_no", "phone", "household_no", "hukou_address")
BLOCK = 1_000_000
SURNAMES, GIVEN_NAMES = (
    np.array(list("王李张刘陈杨黄赵周吴")),
    np.array(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平")),
)
DAYS = pl.date_range(pl.date(1900, 1, 1), pl.date(2023, 12, 31), eager=True)


def contract(form: Format) -> Table:
    """The resident contract with eight of its columns, for a file of this format."""
    table = load_catalog().tables["source.resident"]
    columns = tuple(c for c in table.columns if c.name in COLUMNS)
    columns = tuple(replace(c, address=0) for c in columns)
    return replace(
        table, columns=columns, layout=Layout(format=form, file_pattern=r"居民_(?P<date>\d{8})\..*"), max_rejected=1.0
    )


def write_csv(path: Path, rows: int) -> None:
    with path.open("wb") as file:
        for i, frame in enumerate(blocks(rows)):
            file.write(frame.write_csv(include_header=i == 0).encode("gb18030"))


def write_workbook(path: Path, rows: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("居民")
        for i, frame in enumerate(blocks(rows)):
            start = i * BLOCK + 1
            sheet.write_row(0, 0, frame.columns)
            for at, row in enumerate(frame.iter_rows(), start):
                sheet.write_row(at, 0, row)


def blocks(rows: int) -> Iterator[pl.DataFrame]:
    for start in range(0, rows, BLOCK):
        yield block(np.arange(start, min(start + BLOCK, rows)))


def block(n: np.ndarray) -> pl.DataFrame:  # type: ignore[type-arg]
    """The n-th residents, each with a valid ID number of its own (up to 45 million)."""
    rng = np.random.default_rng(int(n[0]))
    day, sequence = n // 1000 % len(DAYS), n % 1000
    born = DAYS.gather(day)
    first = pl.select(
        pl.concat_str(
            pl.lit("990001"),
            pl.lit(born.dt.strftime("%Y%m%d")),
            pl.lit(pl.Series(sequence)).cast(pl.String).str.zfill(3),
        )
    ).to_series()
    digits = np.frombuffer("".join(first).encode(), dtype=np.uint8).reshape(-1, 17) - ord("0")
    check = np.array(list(CHECK_CHARACTERS))[(digits * np.array(WEIGHTS)).sum(axis=1) % 11]
    number = pl.Series(n).cast(pl.String).str.zfill(8)
    places = [
        pl.Series(rng.integers(low, high, len(n))).cast(pl.String) for low, high in ((1, 60), (1, 6), (101, 2004))
    ]
    address = "山西省大同市平城区新旺街道柳港园西院" + places[0] + "号楼" + places[1] + "单元" + places[2] + "室"
    name = [pl.Series(chars[rng.integers(0, len(chars), len(n))]) for chars in (SURNAMES, GIVEN_NAMES, GIVEN_NAMES)]
    return pl.DataFrame(
        {
            "人员编号": "R" + number,
            "姓名": name[0] + name[1] + name[2],
            "性别": pl.Series(np.array(["女", "男"])[sequence % 2]),
            "出生日期": born.dt.strftime("%Y-%m-%d"),
            "公民身份号码": first + pl.Series(check),
            "联系电话": "154" + number,
            "户号": "H" + pl.Series(n // 3).cast(pl.String).str.zfill(8),
            "户籍地址": address,
        }
    )
