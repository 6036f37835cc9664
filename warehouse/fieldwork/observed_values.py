"""Validates values observed at a door against the contract of their attribute, and turns numbers into tokens.

An ID number or a phone is sent in full. The casebook stores its token and masked form; the number itself goes into the vault,
encrypted, unless it is there already. It is in no row, hash, log or message.
Not here: the rows (verdicts.py), how values become claims (warehouse/models).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from contracts.artefacts import is_placeholder
from contracts.date_formats import iso_day
from contracts.identifiers import KINDS, Areas, canonical, check_digit, contains_number, mask
from contracts.model import Catalog, Column
from warehouse.build.survivorship import survivorship_columns
from warehouse.casebook.database import CasebookError
from warehouse.fieldwork.scope import FieldScope, Finding
from warehouse.fieldwork.validation import InputValidator
from warehouse.fieldwork.verdicts import ObservedValue
from warehouse.lake.tokens import Tokens
from warehouse.lake.vault import Vault
from warehouse.settings import Settings

ADDRESSES: Final = ("living_address", "hukou_address")
NO_NUMBER: Final = frozenset(
    {"missing", "precision_lost", "length", "characters", "birth_date", "check_digit", "prefix", "service"}
)
LONGEST: Final = 200
FIRST_DAY: Final = date(1870, 1, 1)


class ValueInput(NamedTuple):
    """A value as it is sent: `value` as text, or the `dwelling_id` of an address of the city."""

    entity: str
    entity_id: str
    attribute: str
    value: str | None = None
    dwelling_id: str | None = None


class TokenizedValue(NamedTuple):
    """An observed value with tokens for numbers; `number` is the raw number for the vault, or None."""

    value: ObservedValue
    number: str | None

    def __repr__(self) -> str:
        return f"TokenizedValue({self.value!r})"


@dataclass(frozen=True)
class ValueValidator:
    """Accepts values of attributes that declare survivorship: only those can ever be shown."""

    catalog: Catalog
    settings: Settings
    inputs: InputValidator

    def tokenize(self, sent: ValueInput) -> TokenizedValue:
        """Replace a number by its token and mask. CasebookError for an invalid number."""
        if sent.attribute not in KINDS:
            text = " ".join((sent.value or "").split())
            return TokenizedValue(ObservedValue(*sent[:3], text, None, sent.dwelling_id), None)
        number = canonical(sent.attribute, sent.value or "")
        if number is None or not self._is_whole(sent.attribute, number):
            raise CasebookError("this is no whole number", where=sent.attribute, remedy="read it again, in full")
        masked = mask(sent.attribute, sent.value or "") or ""
        token = self._tokens.token(sent.attribute, number)
        return TokenizedValue(ObservedValue(*sent[:3], masked, token, None), number)

    def validate(self, value: ObservedValue, finding: Finding, scope: FieldScope) -> ObservedValue:
        """The value in its canonical form. CasebookError if it is no value of its attribute, or of somebody the finding is not
        about; NotFound for a dwelling out of scope."""
        column = self._columns.get((value.entity, value.attribute))
        if column is None:
            known = ", ".join(sorted(f"{entity}.{attribute}" for entity, attribute in self._columns))
            raise CasebookError("there is no such attribute", where="values.attribute", remedy=f"give one of {known}")
        if not scope.is_about(finding, value.entity, value.entity_id):
            raise CasebookError(
                "the finding is not about this person or home", where="values.entity_id",
                remedy="name its person, its home, or somebody of its household",
            )  # fmt: skip
        if value.value_dwelling_id:
            if value.attribute not in ADDRESSES or value.value:
                raise CasebookError("a home is the value of an address", where=value.attribute, remedy="give `value`")
            return value._replace(value=scope.address(value.value_dwelling_id))
        if not value.value or len(value.value) > LONGEST:
            raise CasebookError(
                f"a value has 1 to {LONGEST} characters", where=value.attribute, remedy="write it shorter"
            )
        return value if value.value_token else value._replace(value=self._typed(value, column))

    def store_numbers(self, key: str, values: Sequence[TokenizedValue]) -> None:
        """Store the numbers of the verdict `key` in the vault, except those it has already."""
        by_kind: dict[str, dict[int, str]] = {}
        for value, number in values:
            if (
                number is not None
                and value.value_token
                and self._vault.reveal(value.attribute, value.value_token) is None
            ):
                by_kind.setdefault(value.attribute, {})[int(value.value_token, 16)] = number
        for kind, numbers in by_kind.items():
            rows = {"number": pl.Series(list(numbers), dtype=pl.UInt128), "value": list(numbers.values())}
            self._vault.store(kind, f"door-{key}", pl.DataFrame(rows).sort("number"))

    def _typed(self, value: ObservedValue, column: Column) -> str:
        """The text in the canonical form of its type."""
        if value.attribute in ADDRESSES or column.logical_type == "string":
            if column.codes and value.attribute not in ADDRESSES:
                return self.inputs.code(column.codes, value.value, value.attribute)
            if contains_number(value.value):
                raise CasebookError(
                    "the value holds an ID or phone number", where=value.attribute, remedy="leave it out"
                )
            return value.value
        try:
            if column.logical_type == "date":
                day = iso_day(value.value)
                if not FIRST_DAY <= day <= self.inputs.today:
                    raise ValueError
                return day.isoformat()
            number = float(value.value)
            if not 0 < number < 1e6:
                raise ValueError
            return f"{number:g}"
        except ValueError:
            what = "a day that has been, 2024-03-01" if column.logical_type == "date" else "a number above 0"
            raise CasebookError(f"the value is {what}", where=value.attribute, remedy="write it so") from None

    def _is_whole(self, kind: str, number: str) -> bool:
        """True for a number that somebody could have, even of a county that the hub does not know."""
        areas = Areas.of(self.inputs.code_lists["id_area"])
        status = pl.DataFrame({"n": [number]}).select(KINDS[kind].status(pl.col("n"), areas)).item()
        return (
            status not in NO_NUMBER
            and not is_placeholder(kind, number)
            and (status != "area" or check_digit(number[:17]) == number[17:])
        )

    @cached_property
    def _columns(self) -> Mapping[tuple[str, str], Column]:
        return survivorship_columns(self.catalog)

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens.load(self.settings)

    @cached_property
    def _vault(self) -> Vault:
        return Vault.load(self.settings)
