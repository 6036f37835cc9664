"""One file, read by its contract's version and sorted into a tally: at ingest and at the check of an upload.

Not here: formats (`readers/`), judging rows (`validate_rows.py`), where the rows go (`ingest.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from contracts.code_lists import CodeList
from contracts.errors import ContractError
from contracts.model import Catalog, Table
from pipelines.ingest.delivery_result import DeliveryResult
from pipelines.ingest.prefetch import prefetch, side_by_side
from pipelines.ingest.refusals import Refusal
from pipelines.ingest.validate_rows import RowValidator, ValidatedRows
from pipelines.readers import READERS, Batch
from pipelines.readers.batch import MissingColumns, columns_known

EDITION = "6"  # raise it when the same file under the same contract would be read differently: it is then read again


def read_into(
    tally: DeliveryResult, path: Path, name: str, sorter: RowValidator, catalog: Catalog
) -> Iterator[ValidatedRows]:
    """Fill `tally` with the rows of `path`, which people know as `name`; what became of each batch on the way.

    Refused is the only error that comes of the file's content; what comes of writing is the tally's own.
    """
    try:
        for batch, rows in _sorted(path, name, sorter, catalog):
            tally.add(batch, rows)
            yield rows
        tally.reject_repeated()
    finally:
        tally.close()
    if tally.read == 0:
        raise Refusal("empty", name)


def _sorted(path: Path, name: str, sorter: RowValidator, catalog: Catalog) -> Iterator[tuple[Batch, ValidatedRows]]:
    table = sorter.table
    assert table.layout is not None
    try:
        batches = prefetch(READERS[table.layout.format](path, table))
        yield from side_by_side(batches, lambda batch: (batch, sorter.sort(batch)))
    except MissingColumns as missing:
        other = _whose(missing, table, catalog)
        raise Refusal("wrong_table", name, table=other.business_name) if other else missing.named(name) from None
    except Refusal as refused:
        raise refused.named(name) from None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise Refusal("parse", name) from None


def _whose(missing: MissingColumns, table: Table, catalog: Catalog) -> Table | None:
    """The one other table that has every column of this header; the file may only have a wrong name."""
    fits = [t for t in catalog.sources() if t.name != table.name and columns_known(missing.header, t)]
    return fits[0] if len(fits) == 1 else None


def reading_digest(table: Table, code_lists: Mapping[str, CodeList]) -> str:
    """Stands for everything the reading of a file depends on besides its bytes: contract, code lists, our edition."""
    names = sorted({c.codes for c in table.columns if c.codes} | {"id_area"})
    for name in names:
        if name not in code_lists:
            raise ContractError(f"no code list {name}", where=table.path, remedy=f"add contracts/codes/{name}.csv")
    lists = [(name, code_lists[name].digest) for name in names]
    return hashlib.sha256(repr((EDITION, table.digest, lists)).encode()).hexdigest()
