"""Generates a simulated city: the offices' files, the truth about every row, and the demo's own area code.

It works block by block, so that memory does not grow with the city; one block is written while the next is simulated.
"""

from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from demo.geography.buildings import Buildings, build
from demo.geography.bureau_tables import area_rows, grid_building_rows, grid_rows
from demo.geography.communities import Block, blocks, communities, households_of
from demo.geography.layout import outlines
from demo.offices.elderly import elderly_rows
from demo.offices.files import CsvFile, GeoJsonFile, ParquetFile
from demo.offices.hotline import ticket_rows
from demo.offices.office import Offices, Rows
from demo.offices.property import title_rows
from demo.offices.resident import resident_rows
from demo.offices.xlsx import ROWS_ABOVE, ROWS_PER_SHEET, Workbook
from demo.people.homes import outsiders_needed, settle
from demo.people.people import MOST_RESIDENTS, Register, populate
from demo.shares import distributions as shares
from demo.shares.hard_cases import MOST_NOISE
from demo.spellings.addresses import AddressBook
from demo.spellings.ambiguous_buildings import CityNames
from demo.truth import planted_homes
from demo.truth.truth import contradictions, rows_truth

FEWEST_RESIDENTS: Final = 100
FILE_NAMES: Final = {
    source: f"{title}_{shares.DELIVERY:%Y%m%d}.{ending}"
    for source, title, ending in (
        ("resident", "人口信息", "csv"),
        ("property", "不动产登记", "xlsx"),
        ("hotline", "12345工单", "csv"),
        ("area", "行政区划", "csv"),
        ("grid", "网格", "csv"),
        ("grid_building", "网格楼栋", "csv"),
        ("grid_boundary", "网格边界", "geojson"),
        ("elderly_file", "独居老人关爱档案", "csv"),
    )
}
_BOUNDARIES: Final = "grid_boundary"
TRUTHS: Final = ("resident", "property", "hotline", "elderly_file", "planted")
_PROPERTY_TITLE: Final = f"大同市不动产登记信息（截至{shares.DELIVERY}）"
_SHEET_NAME: Final = "不动产登记"
_ID_AREA: Final = "code,name,valid_from,valid_to\n990001,演示用测试代码,1900-01-01,\n"


@dataclass(frozen=True)
class CityFiles:
    """The files of a city: `landing` by source, `truth` (Parquet) by name, and the number of `rows` in each."""

    landing: dict[str, Path]
    truth: dict[str, Path]
    id_area: Path
    rows: dict[str, int]
    residents: int
    households: int


@dataclass(frozen=True)
class _SimulatedBlock:
    offices: Offices
    buildings: Buildings
    book: AddressBook


@dataclass(frozen=True)
class _Plan:
    """The parameters of a city, the same for every block."""

    residents: int
    seed: int
    noise: float


def _simulate(block: Block, plan: _Plan, names: CityNames, register: Register) -> _SimulatedBlock:
    """Simulate one block from its own random stream."""
    rng, noise = np.random.Generator(np.random.PCG64(np.random.SeedSequence([plan.seed, block.number]))), plan.noise
    plants = rng.spawn(1)[0]  # a stream of its own: its draws change no other
    buildings = planted_homes.misplace_grids(plants, build(rng, plan.seed, block), noise)
    people = populate(rng, block, outsiders_needed(len(buildings.usage)), register, noise)
    homes, crowds = planted_homes.crowd(plants, people, settle(rng, buildings, people))
    book = AddressBook.of(buildings, names)
    residents = resident_rows(rng, people, homes, book, register, noise)
    titles = title_rows(rng, people, buildings, homes, book, register, noise)
    tickets = ticket_rows(rng, block.tickets, people, buildings, homes, book, register, noise)
    files = elderly_rows(rng.spawn(1)[0], people, homes, book, register, noise)
    offices = Offices(residents, titles, tickets, files)
    return _SimulatedBlock(planted_homes.plant_homes(plants, offices, people, homes, crowds, book), buildings, book)


def _with_row_numbers(truth: pl.DataFrame, source: str, done: int) -> pl.DataFrame:
    """The truth with row_no (and the sheet's name) as Excel shows them, after `done` earlier rows of the office."""
    place = done + np.arange(truth.height)
    if source != "property":
        return truth.select(pl.Series("row_no", place + 2), pl.all())
    per_sheet = ROWS_PER_SHEET - ROWS_ABOVE
    sheet = pl.concat_str([pl.lit(_SHEET_NAME), pl.Series(place // per_sheet + 1).cast(pl.String)]).alias("sheet")
    return truth.select(sheet, pl.Series("row_no", place % per_sheet + ROWS_ABOVE + 1), pl.all())


@dataclass
class _Writers:
    """The open files of a city, by source and truth name, and the number of rows in each."""

    landing: dict[str, CsvFile | Workbook]
    boundaries: GeoJsonFile | None  # a city without hard cases has none
    truth: dict[str, ParquetFile]
    pool: ThreadPoolExecutor
    noise: float
    rows: dict[str, int] = field(default_factory=dict)
    _pending: list[Future[None]] = field(default_factory=list)

    def write(self, block: _SimulatedBlock) -> None:
        """Start appending a block's rows to every file, after the block before it is written."""
        self.wait()
        for source, rows in vars(block.offices).items():
            done = self.rows.get(source, 0)
            self._pending.append(self.pool.submit(self._write_office, source, rows, block.book, done))
            self._count(source, rows.file.height)
        self._pending.append(self.pool.submit(self._write_planted, block))
        self.write_plain("grid", grid_rows(block.buildings))
        self.write_plain("grid_building", grid_building_rows(block.buildings, self.noise))
        if self.boundaries:
            features = outlines(block.buildings.table)
            self.boundaries.write(features)
            self._count("grid_boundary", len(features))

    def write_plain(self, source: str, frame: pl.DataFrame) -> None:
        """Append rows that have no truth."""
        self.landing[source].write(frame)
        self._count(source, frame.height)

    def wait(self) -> None:
        """Wait until all writing is done; raises its errors."""
        pending, self._pending = self._pending, []
        for future in pending:
            future.result()

    def _write_office(self, source: str, rows: Rows, book: AddressBook, done: int) -> None:
        self.landing[source].write(rows.file)
        self.truth[source].write(_with_row_numbers(rows_truth(rows, book), source, done))

    def _write_planted(self, block: _SimulatedBlock) -> None:
        planted = contradictions(block.offices, block.book)
        self.truth["planted"].write(planted)
        self._count("planted", planted.height)

    def _count(self, name: str, rows: int) -> None:
        self.rows[name] = self.rows.get(name, 0) + rows


def _path(folder: Path, source: str) -> Path:
    path = folder / source / FILE_NAMES[source]
    path.parent.mkdir(parents=True)
    return path


def _landing_file(stack: ExitStack, folder: Path, source: str) -> CsvFile | Workbook:
    """An office's file in the format that the office sends."""
    path = _path(folder, source)
    match source:
        case "property":
            return stack.enter_context(Workbook(path, _PROPERTY_TITLE, _SHEET_NAME, number_columns=("产权人证件号",)))
        case "resident":
            return stack.enter_context(CsvFile(path, "gb18030", "\r\n"))
        case _:
            return stack.enter_context(CsvFile(path, "utf-8", "\n"))


def _write_city(folder: Path, plan: _Plan) -> tuple[dict[str, int], Register]:
    register = Register.empty()
    with ExitStack() as stack:
        landing = {
            source: _landing_file(stack, folder / "landing", source) for source in FILE_NAMES if source != _BOUNDARIES
        }
        boundaries = stack.enter_context(GeoJsonFile(_path(folder / "landing", _BOUNDARIES))) if plan.noise else None
        (folder / "truth").mkdir()
        truth = {name: stack.enter_context(ParquetFile(folder / "truth" / f"{name}.parquet")) for name in TRUTHS}
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=len(TRUTHS)))
        writers = _Writers(landing, boundaries, truth, pool, plan.noise)
        writers.write_plain("area", area_rows())
        names = CityNames.of(plan.seed, communities(households_of(plan.residents)))
        for block in blocks(plan.residents):
            writers.write(_simulate(block, plan, names, register))
        writers.wait()
    return writers.rows, register


def _move_to(staging: Path, out: Path, name: Path) -> Path:
    """Move a finished file to its place, replacing an older one of the same name."""
    target = out / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return (staging / name).replace(target)


def generate(out: Path, residents: int = shares.COMMUNITY_RESIDENTS, seed: int = 1402, noise: float = 1.0) -> CityFiles:
    """Write the city to `out`: landing/<source>/<file>, truth/*.parquet, codes/id_area.csv.

    `noise` multiplies the shares of hard cases, from 0 to 5. Same residents, seed and noise, same bytes. `residents` from
    100 to 10,000,000, else ValueError. Files appear complete or not at all; files of the same name are replaced.
    """
    if not 0 <= noise <= MOST_NOISE:
        raise ValueError(f"noise is 0 to {MOST_NOISE:g} times the usual, not {noise:g}")
    if not FEWEST_RESIDENTS <= residents <= MOST_RESIDENTS:
        raise ValueError(f"a city has {FEWEST_RESIDENTS:,} to {MOST_RESIDENTS:,} residents, not {residents:,}")
    staging = out / ".city-in-the-making"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        rows, register = _write_city(staging, _Plan(residents, seed, noise))
        landing = {
            source: _move_to(staging, out, Path("landing", source, name))
            for source, name in FILE_NAMES.items()
            if source in rows
        }
        truth = {name: _move_to(staging, out, Path("truth", f"{name}.parquet")) for name in TRUTHS}
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    id_area = out / "codes" / "id_area.csv"
    id_area.parent.mkdir(parents=True, exist_ok=True)
    id_area.write_text(_ID_AREA, encoding="utf-8")
    return CityFiles(landing, truth, id_area, rows, register.residents, register.households)
