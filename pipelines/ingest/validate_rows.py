"""Validates a batch of text rows: accepted rows with the lake's columns, rejected rows, and issues.

An issue is one broken rule on one value: `error` rejects the row, `warning` is only reported. Values in issues are masked
here, before they are written anywhere. A bad identifier is a warning: the row is accepted with its status, for a
cross-check rule to find.
Not here: uniqueness, which needs the whole file (`delivery_result.py`); numbers in free text (`free_text.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import polars as pl

from contracts.code_lists import CodeList
from contracts.identifiers import KINDS, Areas, scrub, scrub_alone
from contracts.model import Column, Severity, Table
from contracts.predicates import day_range, violates
from pipelines.ingest.clean import clean, parse_types
from pipelines.ingest.free_text import FreeText
from pipelines.ingest.identifier_status import NEWBORN, with_statuses
from pipelines.ingest.row_reasons import status_rule
from pipelines.ingest.time_zones import to_local_times
from pipelines.readers.batch import (
    BAD_ENCODING,
    FEATURE,
    FIELDS,
    HIDDEN_ROW,
    IGNORED_ROW,
    NO_RECORD,
    NUL,
    TOTALS,
    Batch,
    by_mark,
    names_of,
)
from warehouse.lake.tokens import Tokens

ROW_CHECKS = ("not_null", "code", "pattern", "named", "length", "range")
VALUE_LENGTH = 60  # characters of a value in an issue
ROW, SHEET, RULES = "row_no", "sheet", "rules"
UNREAD = (FIELDS, FEATURE, NUL, BAD_ENCODING, NO_RECORD)

RawValues = tuple[str, pl.Series, pl.Series]
Broken = tuple[str, str, Severity, pl.Series]
Key = TypeVar("Key")
NONE = pl.DataFrame()


@dataclass(frozen=True)
class ValidatedRows:
    """The rows of a batch: `read = len(accepted) + len(rejected)`, without the `ignored` ones.

    `accepted` and `rejected` have the lake's columns and the sheet; `rejected` all as text, with the broken `rules`.
    `raw`: (kind, tokens, values) for the vault.
    """

    read: int
    ignored: int
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    issues: pl.DataFrame
    raw: tuple[RawValues, ...]


class RowValidator:
    """Validates the rows of one delivery by the contract of its table. `code_lists` must have the list `id_area`.

    Codes must be valid on the delivery's `day`, and dates not later unless the contract says so. Times with an offset become
    times of `timezone`.
    """

    def __init__(
        self,
        table: Table,
        delivery_id: str,
        day: date,
        code_lists: Mapping[str, CodeList],
        tokens: Tokens,
        *,
        timezone: str,
    ) -> None:
        self._timezone = timezone
        self.table, self._delivery_id, self._code_lists, self._tokens = table, delivery_id, code_lists, tokens
        self._day, self._areas = day, Areas.of(code_lists["id_area"])
        self._invalid_codes = {c.name: code_lists[c.codes].invalid_codes(day) for c in table.columns if c.codes}
        self._identifiers = [(c, KINDS[c.token]) for c in table.columns if c.token]
        self._numbered = {column.name for column, _ in self._identifiers}
        checks = (*table.checks, *(check for column in table.columns for check in column.checks))
        ranges = [check for column in table.columns if (check := day_range(column, day))]
        self._checks = [check for check in (*checks, *ranges) if check.column and check.rule in ROW_CHECKS]
        self._free_text = FreeText(table)
        keys = [c for c in table.columns if c.primary_key] or table.columns[:1]
        self._no_record = {c.name: rf"^\s*(?:{'|'.join((TOTALS, *map(re.escape, names_of(c))))})\s*$" for c in keys}

    def validate(self, batch: Batch) -> ValidatedRows:
        """Validate one batch. Blank rows are neither read nor rejected, but row numbers count them."""
        numbered = batch.frame.with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).add(batch.first_row).alias(ROW), pl.lit(batch.sheet).alias(SHEET)
        )
        read = (at for at in self._not_records(batch.frame) if batch.marks.get(at, HIDDEN_ROW) == HIDDEN_ROW)
        marks = batch.marks | dict.fromkeys(read, NO_RECORD)
        marked = {mark: numbered[places] for mark, places in by_mark(marks).items()}
        left_out = [at for at, mark in marks.items() if mark != HIDDEN_ROW]
        readable = numbered.filter(~pl.int_range(pl.len()).is_in(left_out)) if left_out else numbered
        text, cleaned = clean(readable, self.table, self._code_lists)
        text = to_local_times(text, self.table, self._timezone)
        blank = text.select(pl.all_horizontal(pl.col(c.name).is_null() for c in self.table.columns)).to_series()
        told: list[Broken] = [
            (name, rule, "warning", _mask(places, len(text)).filter(~blank)) for (name, rule), places in cleaned.items()
        ]
        text, numbers = self._free_text.mask_numbers(text.filter(~blank) if blank.any() else text)
        values = with_statuses(parse_types(text, self.table), self.table, self._areas, self._day)
        broken = [*told, *numbers, *_noted(batch, text), *self._broken_rules(text, values, batch.may_hold_formulas)]
        found = pl.concat([*self._marked(marked, batch), *self._issues(text, broken)]).sort(ROW, maintain_order=True)
        errors = found.filter(pl.col("severity") == "error")
        bad = errors[ROW].unique()
        accepted, raw = self._tokenised(values.filter(~pl.col(ROW).is_in(bad.implode())) if len(bad) else values)
        unread = pl.concat([numbered.head(0), *(marked[mark] for mark in UNREAD if mark in marked)])
        rejected = self._rejected(unread, text, values, broken, errors) if len(errors) else NONE
        ignored = len(marked.get(IGNORED_ROW, ()))
        return ValidatedRows(len(unread) + len(text), ignored, accepted, rejected, found, raw)

    def _not_records(self, frame: pl.DataFrame) -> Iterator[int]:
        """The positions of rows whose key is its column's name or 合计: the header of another file, a sum."""
        for name, pattern in self._no_record.items():
            yield from frame[name].str.contains(pattern).fill_null(False).arg_true()

    def _marked(self, marked: Mapping[str, pl.DataFrame], batch: Batch) -> Iterator[pl.DataFrame]:
        """The issues of whole rows, or of the columns that the reader names."""
        cells = [(batch.first_row + at, *detail) for at, details in batch.details.items() for detail in details]
        named = pl.DataFrame(cells, schema={ROW: pl.Int64, "column": pl.String, "value": pl.String}, orient="row")
        for mark, rows in marked.items():
            if mark != IGNORED_ROW:
                severity: Severity = "error" if mark in UNREAD else "warning"
                told = rows.select(SHEET, ROW).join(named, on=ROW, how="left", maintain_order="left")
                yield issue_rows(told, pl.col("column").fill_null(""), mark, severity, pl.col("value"))

    def _issues(self, text: pl.DataFrame, broken: list[Broken]) -> Iterator[pl.DataFrame]:
        yield issue_rows(
            text.head(0), "", "", "error", pl.lit(None, pl.String)
        )  # an empty frame, so that `concat` has one
        for column, rule, severity, wrong in broken:
            yield issue_rows(text.filter(wrong), column, rule, severity, masked_value(self.table.column(column)))

    def _rejected(
        self,
        malformed: pl.DataFrame,
        text: pl.DataFrame,
        values: pl.DataFrame,
        broken: list[Broken],
        errors: pl.DataFrame,
    ) -> pl.DataFrame:
        """The rejected rows with the lake's columns, numbers masked; of a malformed row only its number."""
        is_rejected = text[ROW].is_in(errors[ROW].implode())
        statuses = values.filter(is_rejected).select(f"{c.name}_status" for c, _ in self._identifiers)
        columns = []
        for column in self.table.columns:
            own = pl.col(column.name)
            broken_here = [pl.lit(wrong.filter(is_rejected)) for name, _, _, wrong in broken if name == column.name]
            if not column.token:
                own = pl.when(pl.any_horizontal(False, *broken_here)).then(scrub(own)).otherwise(scrub_alone(own))
            columns.append(own.alias(column.name))
        rows, _ = self._tokenised(text.filter(is_rejected).with_columns(columns).hstack(statuses))
        unread = malformed.select(ROW, SHEET, pl.lit(self._delivery_id).alias("delivery_id"))
        rules = errors.group_by(ROW).agg(rules_broken().alias(RULES))
        return pl.concat([rows, unread], how="diagonal").join(rules, on=ROW, how="left").sort(ROW)

    def _broken_rules(self, text: pl.DataFrame, values: pl.DataFrame, may_hold_formulas: bool) -> Iterator[Broken]:
        """Each broken rule: column, rule, severity, mask of the rows. A formula is reported as such only."""
        columns = self.table.columns if may_hold_formulas else ()
        formulas = violated_rows(text, {c.name: pl.col(c.name).str.starts_with("=") for c in columns})
        for name, found in formulas.items():
            yield name, "formula", "error", found
        for name, rule, severity, wrong in self._broken_in_values(text, values):
            yield name, rule, severity, wrong & ~formulas[name] if name in formulas else wrong

    def _broken_in_values(self, text: pl.DataFrame, values: pl.DataFrame) -> Iterator[Broken]:
        rules: dict[tuple[str, str, Severity], pl.Expr] = {}
        for column in self.table.columns:
            if column.logical_type != "string":
                rules[column.name, "type", "error"] = (
                    pl.lit(text[column.name]).is_not_null() & pl.col(column.name).is_null()
                )
        for check in self._checks:
            wrong = violates(check, self._code_lists)
            if check.rule == "not_null":  # a value of the wrong type is not also reported as missing
                wrong = pl.lit(text[str(check.column)]).is_null()
                if check.column in self._numbered:
                    wrong &= pl.col(f"{check.column}_status") != NEWBORN
            key: tuple[str, str, Severity] = (
                str(check.column),
                check.reported_rule,
                check.severity if check.rejects_rows else "warning",
            )
            rules[key] = rules[key] | wrong if key in rules else wrong
        for name, codes in self._invalid_codes.items():
            if codes:
                rules[name, "code_expired", "warning"] = pl.col(name).is_in(codes)
        for column, kind in self._identifiers:
            status = pl.col(f"{column.name}_status")
            for bad in values[f"{column.name}_status"].unique(maintain_order=True):
                if bad not in kind.sound:
                    rules[column.name, status_rule(str(column.token), bad), "warning"] = status == bad
        for key, rows in violated_rows(values, rules).items():
            yield *key, rows

    def _tokenised(self, values: pl.DataFrame) -> tuple[pl.DataFrame, tuple[RawValues, ...]]:
        """The rows with the lake's columns and their sheet, and the raw values for the vault."""
        stored, raw = [pl.lit(self._delivery_id).alias("delivery_id")], []
        for column, kind in self._identifiers:
            status = values[f"{column.name}_status"]
            nameless = status.is_in(sorted(kind.without_token))
            known = values.select(pl.when(~nameless).then(kind.canonical(pl.col(column.name)))).to_series()
            tokens = self._tokens.tokens(str(column.token), known).alias(f"{column.name}_token")
            stored += [pl.lit(tokens), kind.masked(pl.col(column.name)).alias(f"{column.name}_masked")]
            raw.append((str(column.token), tokens, known))
        rows = values.with_columns(stored) if len(values) else values.with_columns(s.head(0) for s in stored)
        return rows.select(*(c.name for c in self.table.lake_columns), SHEET), tuple(raw)


def _mask(places: pl.Series, rows: int) -> pl.Series:
    return pl.repeat(False, rows, dtype=pl.Boolean, eager=True).scatter(places, True)


def _noted(batch: Batch, text: pl.DataFrame) -> Iterator[Broken]:
    """The reader's notes on cells, each with a mask of its rows."""
    for (column, rule), places in batch.cell_notes.items():
        yield column, rule, "warning", text[ROW].is_in([batch.first_row + at for at in places])


def violated_rows(frame: pl.DataFrame, conditions: Mapping[Key, pl.Expr]) -> dict[Key, pl.Series]:
    """The conditions that any row meets, each with a mask of its rows; all are evaluated in one query."""
    if not conditions or frame.is_empty():
        return {}
    rows = frame.select(c.fill_null(False).alias(str(i)) for i, c in enumerate(conditions.values()))
    hits = rows.select(pl.all().any()).row(0)
    return {key: rows[str(i)] for i, (key, hit) in enumerate(zip(conditions, hits, strict=True)) if hit}


def issue_rows(
    rows: pl.DataFrame, column: str | pl.Expr, rule: str, severity: Severity, value: pl.Expr
) -> pl.DataFrame:
    """One issue per row; `value` is the masked value shown in it."""
    return rows.select(
        SHEET,
        ROW,
        (pl.lit(column) if isinstance(column, str) else column).alias("column"),
        pl.lit(rule).alias("rule"),
        pl.lit(severity).alias("severity"),
        value.alias("value"),
    )


def rules_broken() -> pl.Expr:
    """An aggregate of a row's issues as one text: `sex: code; name: not_null`."""
    texts = pl.when(pl.col("column") == "").then(pl.col("rule")).otherwise(pl.col("column") + ": " + pl.col("rule"))
    return texts.unique(maintain_order=True).str.join("; ")


def masked_value(column: Column) -> pl.Expr:
    """The value for a receipt: identifiers masked, the first character of personal values, other text scrubbed."""
    text = pl.col(column.name)
    if column.token:
        return KINDS[column.token].masked(text)
    if column.mask == "year":
        return text.str.slice(0, 4) + "****"
    if column.is_personal:
        return text.str.slice(0, 1) + "**"
    return (scrub_alone(text) if column.classification == "public" else scrub(text)).str.slice(0, VALUE_LENGTH)
