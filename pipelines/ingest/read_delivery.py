"""Reads one file by its contract's version into a DeliveryResult, for ingest and for the check of an upload.

Not here: formats (`readers/`), checking rows (`validate_rows.py`), storing them (`ingest.py`).
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
from pipelines.readers.content_kind import require_format

EDITION = "7"  # raise it when a file would be read differently under the same contract: all files are then read again


def read_into(
    result: DeliveryResult, path: Path, name: str, validator: RowValidator, catalog: Catalog
) -> Iterator[ValidatedRows]:
    """Fill `result` with the rows of `path`, whose displayed name is `name`; yield each batch's validated rows.

    The file's content raises no other error than Refusal; errors of writing are passed on.
    """
    try:
        for batch, rows in _validated_batches(path, name, validator, catalog):
            result.add(batch, rows)
            yield rows
        result.reject_duplicates()
    finally:
        result.close()
    if result.read == 0:
        raise Refusal("no_rows" if path.stat().st_size else "empty", name)


def _validated_batches(
    path: Path, name: str, validator: RowValidator, catalog: Catalog
) -> Iterator[tuple[Batch, ValidatedRows]]:
    table = validator.table
    assert table.layout is not None
    try:
        require_format(path, table.layout.format)
        batches = prefetch(READERS[table.layout.format](path, table))
        yield from side_by_side(batches, lambda batch: (batch, validator.validate(batch)))
    except MissingColumns as missing:
        other = _table_with_header(missing, table, catalog)
        raise Refusal("wrong_table", name, table=other.business_name) if other else missing.with_name(name) from None
    except Refusal as refusal:
        raise refusal.with_name(name) from None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise Refusal("parse", name) from None


def _table_with_header(missing: MissingColumns, table: Table, catalog: Catalog) -> Table | None:
    """The only other table that fits this header, if any: the file may have a wrong name."""
    fits = [t for t in catalog.sources() if t.name != table.name and columns_known(missing.header, t)]
    return fits[0] if len(fits) == 1 else None


def reading_digest(table: Table, code_lists: Mapping[str, CodeList]) -> str:
    """A hash of everything the reading of a file depends on besides its bytes: contract, code lists, EDITION.

    ContractError: a code list is missing.
    """
    names = sorted({c.codes for c in table.columns if c.codes} | {"id_area"})
    for name in names:
        if name not in code_lists:
            raise ContractError(f"no code list {name}", where=table.path, remedy=f"add contracts/codes/{name}.csv")
    lists = [(name, code_lists[name].digest) for name in names]
    return hashlib.sha256(repr((EDITION, table.digest, lists)).encode()).hexdigest()
