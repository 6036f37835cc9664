"""The typed view of a contract: what the rest of the hub reads instead of YAML.

ODCS v3.2 (bitol.io) is the document; the words it lacks are in `customProperties`, all of them read here:
table: load, layout, pull, minShare, maxRejected, validFrom, rowScope, dated, archive, persons, authority · column: aliases,
drift, token, agrees, mask, purpose, uses, codes, check, formats, future, clean, address, index, survivorship.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from contracts.layout import Drift, Layout
from contracts.persons import NamedPerson
from contracts.pull import Pull
from contracts.survivorship import Survivorship

Classification = Literal["public", "internal", "personal", "sensitive"]
LogicalType = Literal["string", "integer", "number", "date", "timestamp", "boolean"]
Layer = Literal["source", "city"]
Severity = Literal["error", "warning"]
Load = Literal["snapshot", "append", "upsert"]
RuleName = Literal[
    "not_null", "unique", "code", "pattern", "named", "length", "range", "row_count", "sql", "expectation"
]

SQL_TYPES: dict[LogicalType, str] = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Check:
    """One check of a column (or of the table, where `column` is None).

    The same object becomes the row predicate at ingest (`predicates.py`) and the expectation at publish (`suite.py`).
    `mostly` is the share of rows (0..1] that must pass; only a check with `mostly == 1` can reject a row.
    """

    rule: RuleName
    column: str | None
    args: dict[str, Any] = field(default_factory=dict)
    severity: Severity = "error"
    mostly: float = 1.0
    description: str = ""

    @property
    def reported_rule(self) -> str:
        """The rule's name in receipts and results: a named check goes by its own name."""
        return str(self.args["name"]) if self.rule == "named" else self.rule

    @property
    def rejects_rows(self) -> bool:
        return self.column is not None and self.mostly == 1.0 and self.rule not in ("sql", "expectation")


@dataclass(frozen=True)
class Column:
    """One column as the office names it (`physical_name`, or one of its `aliases`) and as the hub does (`name`).

    `address` is 0 for no address, else the order in which a row's address columns give it its place (1 first).
    `agrees` names the columns of the row that an ID number must agree with: `birth_date`, `sex`,
    and `id_type`, the document it is of.
    `survivorship` is the policy by which a city column's value is picked among the offices' values.
    `uses` are the purposes it may serve besides its own `purpose`. `future`: a date may be later than the delivery's day.
    """

    name: str
    physical_name: str
    business_name: str
    logical_type: LogicalType
    description: str = ""
    required: bool = False
    primary_key: bool = False
    classification: Classification = "internal"
    purpose: str | None = None
    uses: tuple[str, ...] = ()
    token: Literal["id_no", "phone"] | None = None
    agrees: dict[str, str] = field(default_factory=dict)
    mask: str | None = None
    codes: str | None = None
    formats: tuple[str, ...] = ()
    future: bool = False
    clean: tuple[str, ...] = ()
    address: int = 0
    index: bool = False
    aliases: tuple[str, ...] = ()
    drift: Drift | None = None
    survivorship: Survivorship | None = None
    checks: tuple[Check, ...] = ()

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.logical_type]

    @property
    def is_personal(self) -> bool:
        return self.classification in ("personal", "sensitive")

    def stored_columns(self) -> tuple[Column, ...]:
        """The columns this one becomes in lake and release: of an identifier only token, masked form and status."""
        if self.token is None:
            return (self,)
        part = replace(self, logical_type="string", token=None, agrees={}, mask=None, formats=(), clean=(), checks=())

        def derived(suffix: str, label: str, here: str, classification: Classification) -> Column:
            label, description = f"{self.business_name}（{label}）", f"{self.description}; here {here}"
            name = f"{self.name}_{suffix}"
            return replace(part, name=name, business_name=label, description=description, classification=classification)

        return (
            derived("token", "令牌", "as a keyed token for matching, the same for equal numbers", self.classification),
            derived("masked", "掩码", "with its middle hidden", "personal"),
            derived("status", "校验", "whether the number is sound (ok), else what is wrong with it", "internal"),
        )


LINEAGE = (
    Column(
        "delivery_id",
        "delivery_id",
        "交付批次",
        "string",
        "Delivery whose file holds the row (city table delivery)",
    ),
    Column(
        "row_no",
        "row_no",
        "文件行号",
        "integer",
        "Number of the row in the office's file, as Excel counts",
    ),
)
PLACE = (
    Column(
        "dwelling_id",
        "dwelling_id",
        "房屋",
        "string",
        "Key of the dwelling (city table dwelling) that the row's address means; null where it means none",
    ),
    Column(
        "grid_code",
        "grid_code",
        "网格编码",
        "string",
        "Grid (GB/T 34300, 15 digits) in which the dwelling, or at least its building, lies today; null where no grid is certain",
    ),
    Column(
        "area_code",
        "area_code",
        "区划代码",
        "string",
        "Smallest area (GB/T 2260, 12 digits) that the row's addresses name; null where a grid is certain, or no area",
    ),
)
PLACE_CODES = ("grid_code", "area_code")  # of a row: its grid, or the smallest certain area where no grid is


@dataclass(frozen=True)
class Table:
    """One contract: a table an office delivers (`source`) or the hub promises its readers (`city`).

    `row_scope` names the columns with a grid or area code; a row is in a person's scope when one of them lies in her areas.
    Empty: the table has no place. "public": every row is for everyone who may log in.
    `min_share`: a snapshot with fewer rows than this share of the one in force is held; half a register is no register.
    `pull`: how the hub fetches the table itself, if it does.
    `dated` names the column that says when an office last looked at a row; without, that is the day of its delivery.
    `archive`: its files are kept encrypted after a night has published their rows, or removed for good.
    `persons`: the persons that a source's rows name. `authority`: the source whose register a city table is.
    `max_rejected`: a delivery of which more than this share is sent back is held.
    `valid_from`: deliveries dated from that day on are read by this version; `earlier` are the versions before it, newest
    first.
    """

    name: str
    layer: Layer
    version: str
    business_name: str
    columns: tuple[Column, ...]
    path: str
    digest: str
    description: str = ""
    purpose: str = ""
    checks: tuple[Check, ...] = ()
    load: Load = "snapshot"
    layout: Layout | None = None
    pull: Pull | None = None
    min_share: float = 0.5
    max_rejected: float = 1.0
    valid_from: date | None = None
    earlier: tuple[Table, ...] = ()
    row_scope: tuple[str, ...] | Literal["public"] = ()
    dated: str | None = None
    archive: Literal["encrypt", "shred"] = "encrypt"
    persons: tuple[NamedPerson, ...] = ()
    authority: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.primary_key)

    @property
    def qualified(self) -> str:
        """`source.resident` or `city.person`: the table's unique name."""
        return f"{self.layer}.{self.name}"

    @property
    def relation(self) -> str:
        """The table in the release's SQL: sources have a schema of their own, city tables none."""
        return f"source.{self.name}" if self.layer == "source" else self.name

    @property
    def address_columns(self) -> tuple[Column, ...]:
        """The columns that hold an address, the one that places the row first."""
        return tuple(sorted((c for c in self.columns if c.address), key=lambda c: c.address))

    @property
    def lake_columns(self) -> tuple[Column, ...]:
        """The columns of a source table in the lake: the stored ones, then delivery and row number."""
        return tuple(s for c in self.columns for s in c.stored_columns()) + LINEAGE

    @property
    def released_columns(self) -> tuple[Column, ...]:
        """The columns of the table in the release; a source table with an address gains dwelling, grid and area."""
        if self.layer == "city":
            return self.columns
        names = {c.name for c in self.columns}
        place = tuple(c for c in PLACE if c.name not in names) if self.address_columns else ()
        return self.lake_columns + place

    @property
    def definition(self) -> str:
        """`name (column type, …)` of the released table, for `create table`."""
        return f"{self.relation} ({', '.join(f'{c.name} {c.sql_type}' for c in self.released_columns)})"

    def allows(self, column: str, purpose: str) -> bool:
        """True if the contract allows the column to be used for the purpose. KeyError if there is no such column."""
        found = self.column(column)
        return not found.is_personal or purpose in (found.purpose, *found.uses)

    def version_on(self, day: date) -> Table:
        """The version by which a delivery of that day is read; the oldest one if none was valid yet."""
        versions = (self, *self.earlier)
        return next((v for v in versions if v.valid_from is None or v.valid_from <= day), versions[-1])

    def column(self, name: str) -> Column:
        """The contracted or released column of that name. KeyError if there is none."""
        for column in (*self.columns, *self.released_columns):
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, eq=False)
class Catalog:
    """All contracts of a deployment, by qualified name. It equals only itself: what is made of it can be cached."""

    tables: dict[str, Table]

    def sources(self) -> list[Table]:
        return [t for t in self.tables.values() if t.layer == "source"]

    def city(self) -> list[Table]:
        return [t for t in self.tables.values() if t.layer == "city"]

    def find(self, name: str) -> Table | None:
        """The table of a name such as `person`, `city.person` or `source.area`; an unqualified name is the city's first."""
        for qualified in (name, f"city.{name}", f"source.{name}"):
            if qualified in self.tables:
                return self.tables[qualified]
        return None
