"""Drafts one contract per table from many sample files; a file that cannot be read does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.code_lists import CodeList, load_code_lists
from contracts.errors import HubError
from pipelines.drafting.columns import Entry, draft_columns
from pipelines.drafting.file_names import FileName, file_name
from pipelines.drafting.headers import Sample, read_sample
from pipelines.drafting.names import Names
from pipelines.drafting.sample_faults import empty_columns
from pipelines.drafting.write import Draft
from pipelines.ingest.landing import landing_files
from pipelines.readers.batch import plain

Progress = Callable[[str], None]


@dataclass(frozen=True)
class DraftedTable:
    """The result for the samples of one table: its draft, or the problem why there is none."""

    files: tuple[Path, ...]
    draft: Draft | None = None
    problem: str = ""


def sample_groups(paths: Iterable[Path]) -> dict[FileName, list[Path]]:
    """Group files, and all files in folders, by table: names that differ in a date only are one table, newest last.

    Names that differ in a number are one table, too, if their headers fit together. HubError: there is no file.
    """
    files = [file for path in paths for file in (landing_files(path) if path.is_dir() else [path])]
    if not files:
        raise HubError("there is no file to draft from", remedy="name sample files or a folder of them")
    groups: dict[FileName, list[Path]] = {}
    for group in _by_name(dict.fromkeys(files), counts=True).values():
        exact = _by_name(group, counts=False)
        groups |= {file_name(group[-1]): group} if len(exact) == 1 or _is_one_table(group) else exact
    return groups


def _by_name(files: Iterable[Path], counts: bool) -> dict[FileName, list[Path]]:
    groups: dict[str, list[Path]] = {}
    for file in files:
        groups.setdefault(file_name(file, counts).pattern, []).append(file)
    newest_last = (sorted(group, key=lambda path: (path.name, path)) for group in groups.values())
    return {file_name(group[-1], counts): group for group in newest_last}


def _is_one_table(files: list[Path]) -> bool:
    """True if each readable file shares most of its headers with the last of them."""
    headers = []
    for path in files:
        with suppress(HubError):
            headers.append(set(map(plain, read_sample(path).frame.columns)))
    return all(2 * len(one & headers[-1]) > len(one | headers[-1]) for one in headers)


def draft_all(groups: Mapping[FileName, list[Path]], table: str | None, progress: Progress) -> Iterator[DraftedTable]:
    """Yield a draft per group; `table` names the only one. `progress` is called with each file's name."""
    lists, names = load_code_lists(), Names(frozenset())
    for name, files in groups.items():
        try:
            samples = list(_samples(files, progress))
            yield DraftedTable(tuple(files), _draft(name, samples, table or names.name(name.title), lists))
        except HubError as error:
            yield DraftedTable(tuple(files), problem=str(error))


def _samples(files: list[Path], progress: Progress) -> Iterator[Sample]:
    for path in files:
        progress(path.name)
        yield read_sample(path)


def _draft(name: FileName, samples: list[Sample], table: str, lists: Mapping[str, CodeList]) -> Draft:
    """Draft the layout from the newest sample and the columns from all of them."""
    newest = samples[-1]
    remarks = list(newest.remarks)
    if not name.has_date:
        remarks.append("文件名里没有 YYYYMMDD 形式的日期，交付日期将取文件的修改时间")
    for sample in samples:
        if sample.layout != newest.layout or sample.frame.columns != newest.frame.columns:
            remarks.append(f"样本 {sample.path.name} 的版式或列与最新的不同，按最新的起草")
    frame = pl.concat([_align_columns(newest.frame.columns, sample.frame) for sample in samples])
    columns = draft_columns(frame, lists)
    keys = [(column, entry) for column in columns for entry in column.entries if entry.word == "primaryKey"]
    if not keys:
        remarks.append("样本中没有找到主键；有的话请标 primaryKey: true")
    remarks += [
        f"样本中没有找到主键，最接近的是「{column.header}」，见该列" for column, key in keys if key.is_suggestion
    ]
    varying = "、".join(f"「{part}」" for part in name.variable_parts)
    question = f"待确认: 文件名中的{varying}是否每次不同" if varying else ""
    pattern = Entry("file_pattern", name.pattern, question)
    return Draft(table, name.title, newest.layout, pattern, tuple(columns), (*remarks, *empty_columns(frame)))


def _align_columns(headers: list[str], frame: pl.DataFrame) -> pl.DataFrame:
    """The frame's columns under these headers, compared as a reader does; missing ones are null.

    Columns are taken by position, because Polars reads a header like `*` as all columns.
    """
    own = dict(zip(map(plain, frame.columns), frame.get_columns(), strict=True))
    missing = pl.Series([None] * len(frame), dtype=pl.String)
    return pl.DataFrame([own.get(plain(header), missing).alias(header) for header in headers])
