"""Our own words in a contract (`customProperties`), with those of the standard's that they must agree with.

Belongs here: the values each word may have, and contradictions among the words of one column. Does not: rules across columns and
tables (`lint_rules.py`), reading a document (`load.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from contracts.date_formats import known_format
from contracts.declaration import Day, Declaration, Items, code_of, one_of
from contracts.layout import Drift, Layout
from contracts.model import Classification, Column, Load, LogicalType, Table
from contracts.named_checks import NAMED_CHECKS
from contracts.persons import NamedPerson
from contracts.pull import Pull
from contracts.survivorship import Survivorship

CODES = Path(__file__).parent / "codes"
Cleaner = Literal["nfkc", "scrub", "compact", "controls"]
Mask = Literal["name", "address", "estate", "year", "text"]
Token = Literal["id_no", "phone"]
PERSONAL = ("personal", "sensitive")


@cache
def known_code_lists() -> tuple[str, ...]:
    """The code lists of this project; a deployment adds lines to them in its home, but no lists of its own."""
    return tuple(sorted(path.stem for path in CODES.glob("*.csv")))


def _each(given: Any) -> Any:
    """A name, a mapping, or a list of them as a list of mappings."""
    return [{"name": one} if isinstance(one, str) else one for one in (given if isinstance(given, list) else [given])]


def _some(items: tuple[NamedPerson, ...]) -> tuple[NamedPerson, ...]:
    """Of a list with a wrong entry `min_length` would say that it is empty, too."""
    if not items:
        raise ValueError("should have an entry")
    return items


class CheckWord(Declaration):
    """A named check and the severity of failing it."""

    name: Annotated[str, one_of("a check", lambda: sorted(NAMED_CHECKS))]
    severity: Literal["error", "warning", "info"] = "error"


class ColumnWords(Declaration):
    """The words of a contract for one column, as fields of `Column`; an unclassified column is personal, and masked entirely."""

    classification: Classification = "personal"
    logical_type: LogicalType = Field("string", alias="logicalType")
    purpose: str | None = None
    uses: Items[str] = Field((), description="a list of purposes: [a, b]")
    token: Token | None = None
    agrees: dict[Literal["birth_date", "sex", "id_type"], str] = Field(
        {}, description="birth_date: a date column of this table, sex or id_type: a string column of this table"
    )
    mask: Mask | None = None
    codes: Annotated[str, one_of("a code list", known_code_lists)] | None = None
    check: Annotated[Items[CheckWord], BeforeValidator(_each)] = ()
    formats: Items[Annotated[str, AfterValidator(known_format)]] = Field((), description="a list of patterns: [a, b]")
    future: bool = False
    clean: Items[Cleaner] = Field((), description="a list: [nfkc, compact]")
    address: int = Field(0, ge=1, description="a number: 1 for the column that places a row first")
    index: bool = False
    aliases: Items[str] = Field((), description="a list of headers: [a, b]")
    drift: Drift | None = None
    survivorship: Survivorship | None = None

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Yields the words of one column that contradict each other."""
        given = self.classification
        if "classification" in self.model_fields_set and given in PERSONAL and not self.purpose:
            yield "", f"is {given} and states no purpose -> add customProperty `purpose`"
        if self.token and given != "sensitive":
            yield (
                "classification",
                "should be sensitive, for the column has a token -> write `classification: sensitive`",
            )
        if (self.mask or self.address) and given not in PERSONAL:
            yield (
                "classification",
                "should be at least personal, for the column has a mask or an address -> write it so",
            )
        if self.mask == "year" and self.logical_type not in ("date", "timestamp"):
            yield "mask", "year is for dates and timestamps -> take another mask"
        if self.future and self.logical_type not in ("date", "timestamp"):
            yield "future", "is for dates and timestamps -> leave it out"
        if self.check and self.logical_type != "string":
            yield "check", "is for text -> logicalType string"

    def declared(self) -> Mapping[str, Any]:
        """The words that are fields of `Column`."""
        return {name: value for name, value in self if name in Column.__dataclass_fields__}


Share = Annotated[float, Field(ge=0, le=1, description="a share of rows from 0 to 1")]


class TableWords(Declaration):
    """The words of a contract for its table, as fields of `Table`; `rowScope` is one column or several, or `public`."""

    load: Load = "snapshot"
    layout: Layout | None = None
    pull: Pull | None = None
    min_share: Share = Field(Table.min_share, alias="minShare")
    max_rejected: Share = Field(Table.max_rejected, alias="maxRejected")
    valid_from: Day | None = Field(None, alias="validFrom", description="a date: 2024-03-01")
    row_scope: str | Items[str] | None = Field(None, alias="rowScope")
    dated: str | None = None
    archive: Literal["encrypt", "shred"] = "encrypt"
    persons: Annotated[Items[NamedPerson], AfterValidator(_some)] = Field(
        (), description="a list, one mapping for each person that a row names"
    )
    authority: Annotated[str, code_of("the source whose register the table is,", "claim_source")] | None = None
