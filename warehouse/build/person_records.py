"""Records of persons in the offices' rows, as SQL generated from the `persons` that the sources' contracts declare.

`person_record` (view): every row of every source that names a person, with the same columns; linkage reads it.
`hukou_place`: the dwelling of each hukou address that is not its row's home.
`usable_id_no_status`: the statuses of ID numbers that identify their person, for models that read no record.
`<source>_row`: all columns of a spine or register with `person_id` and, if declared, `household_id` and the hukou home.
`linked_record` (view): the records with their person, read by `claim` and `person`; a contact has only telephone and
address. A source with two persons in a row has two records of it, the second under `<key>#<role>`.
Not here: the declaration (`contracts/persons.py`), linking records (models/), which value is shown (`survivorship.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.identifiers.id_no import USABLE_STATUSES, VALID_STATUSES
from contracts.model import PLACE_CODES, Catalog, Table
from contracts.persons import ROLE, NamedPerson
from contracts.quoting import quote_text
from warehouse.build.python_model import PythonModel, generated_model
from warehouse.sql_reading.statement import relations

PERSON_RECORD, LINKED_RECORD, HUKOU_PLACE = "person_record", "linked_record", "hukou_place"
USABLE_STATUS: Final = "usable_id_no_status"
COMMON_COLUMNS: Final[Mapping[str, str]] = {
    "source": "varchar", "record_key": "varchar", "strength": "varchar", "delivery_id": "varchar", "row_no": "bigint",
    "updated_on": "date", "cancelled_on": "date", "name": "varchar", "sex": "varchar", "birth_date": "date",
    "id_no_token": "varchar", "id_no_masked": "varchar", "id_no_status": "varchar", "has_usable_id_no": "boolean",
    "phone_token": "varchar", "phone_masked": "varchar", "phone_status": "varchar",
    "living_address": "varchar", "hukou_address": "varchar", "grid_code": "varchar", "area_code": "varchar",
}  # fmt: skip
RECORD_COLUMNS: Final = {
    **COMMON_COLUMNS,
    "id_no_agrees": "boolean", "household": "varchar", "dwelling_id": "varchar", "one_per_dwelling": "boolean",
}  # fmt: skip
LINKED_COLUMNS: Final = {
    **COMMON_COLUMNS,
    "person_id": "varchar", "living_dwelling_id": "varchar", "hukou_dwelling_id": "varchar", "hukou_grid_code": "varchar",
}  # fmt: skip
HUKOU: Final = ("hukou_dwelling_id", "hukou_grid_code")
PLACE_COLUMNS: Final = dict.fromkeys(("source", "record_key", *HUKOU), "varchar")
AS_WRITTEN: Final = ("cancelled_on", "name", "sex", "birth_date", "hukou_address")
ONLY_EVIDENCE: Final = ("name", "sex", "birth_date")  # of a contact: they serve to link the person and are never shown


def person_models(catalog: Catalog) -> dict[str, PythonModel]:
    """The generated models, by relation."""
    records = [Record(table, person) for table in catalog.sources() for person in table.persons]
    views = {
        PERSON_RECORD: _union((r.record_sql() for r in records), RECORD_COLUMNS),
        LINKED_RECORD: _union((r.linked_sql() for r in records), LINKED_COLUMNS),
    }
    statuses = ", ".join(f"({quote_text(status)})" for status in USABLE_STATUSES)
    tables = {USABLE_STATUS: f"select status from (values {statuses}) as usable(status)"}
    tables |= {HUKOU_PLACE: _union((r.place_sql() for r in records if r.has_hukou_place), PLACE_COLUMNS)}
    for table in catalog.sources():
        if stored := [r for r in records if r.table == table and r.is_stored]:
            tables[stored[0].rows] = _rows_with_persons(stored)
    return {
        **{name: generated_model(name, sql, relations(sql), is_view=True) for name, sql in views.items()},
        **{name: generated_model(name, sql, relations(sql)) for name, sql in tables.items()},
    }


@dataclass(frozen=True)
class Record:
    """One person in a source's rows, and the SQL of her columns from the row `r`."""

    table: Table
    person: NamedPerson

    @property
    def is_stored(self) -> bool:
        return self.person.strength != "contact"

    @property
    def rows(self) -> str:
        return f"{self.table.name}_row"

    @property
    def has_hukou_place(self) -> bool:
        """True where her hukou address has to be looked up: another address gives the row its home."""
        hukou = self.person.hukou_address
        return hukou is not None and hukou != self.table.address_columns[0].name

    @property
    def key(self) -> str:
        [name] = self.table.key
        key = f"r.{name}" if self.table.column(name).sql_type == "varchar" else f"cast(r.{name} as varchar)"
        return f"{key} || '{ROLE}{self.person.role}'" if self.person.role else key

    def record_sql(self) -> str:
        """A select of `RECORD_COLUMNS`."""
        values = self._common() | {
            "id_no_agrees": self._id_no_agrees(),
            "household": self._column("household"),
            "dwelling_id": "r.dwelling_id" if self.person.addresses else "",
            "one_per_dwelling": "true" if self.person.one_per_dwelling else "false",
        }
        return _select(values, RECORD_COLUMNS, f"{self.table.relation} r{self._dated_by_delivery}")

    def linked_sql(self) -> str:
        """A select of `LINKED_COLUMNS`: from the stored rows with their person, a contact's from the source and `person_link`."""
        name = self.person.with_role
        values = self._common() | {"living_dwelling_id": "r.dwelling_id" if self.person.living_address else ""}
        if not self.is_stored:
            values |= dict.fromkeys(ONLY_EVIDENCE, "") | {"person_id": "l.person_id"}
            rows = f"{self.table.relation} r join person_link l on {self.same_record('l')}"
            return _select(values, LINKED_COLUMNS, rows + self._dated_by_delivery)
        values["person_id"] = f"r.{name('person_id')}"
        if self.has_hukou_place:
            values |= {place: f"r.{name(place)}" for place in HUKOU}
        elif self.person.hukou_address:
            values |= {place: f"r.{place.removeprefix('hukou_')}" for place in HUKOU}
        return _select(values, LINKED_COLUMNS, f"{self.rows} r{self._dated_by_delivery}")

    def place_sql(self) -> str:
        """A select of `PLACE_COLUMNS`."""
        values = {"source": quote_text(self.table.name), "record_key": self.key}
        values |= {"hukou_dwelling_id": "h.dwelling_id", "hukou_grid_code": "h.grid_code"}
        link = f"join address_link h on h.address = r.{self.person.hukou_address}"
        return _select(values, PLACE_COLUMNS, f"{self.table.relation} r {link}")

    def same_record(self, other: str) -> str:
        return f"{other}.source = {quote_text(self.table.name)} and {other}.record_key = {self.key}"

    def _common(self) -> dict[str, str]:
        """The expressions of `COMMON_COLUMNS`; empty for those that the source lacks."""
        released = {c.name for c in self.table.released_columns}
        values = {
            "source": quote_text(self.table.name),
            "record_key": self.key,
            "strength": f"'{self.person.strength}'",
            "delivery_id": "r.delivery_id",
            "row_no": "r.row_no",
            "updated_on": self._updated_on(),
            "living_address": self._living_address(),
            "has_usable_id_no": self._has_status("id_no", USABLE_STATUSES),
            **{place: f"r.{place}" if place in released else "" for place in PLACE_CODES},
        }
        for number in ("id_no", "phone"):
            column = self._column(number)
            values |= {f"{number}_{part}": column and f"{column}_{part}" for part in ("token", "masked", "status")}
        return values | {word: self._column(word) for word in AS_WRITTEN}

    def _column(self, word: str) -> str:
        name = self.person.columns.get(word)
        return f"r.{name}" if name else ""

    def _living_address(self) -> str:
        """The living address, or if it is blank the row's next address, which decides the row's home, too."""
        if self.person.living_address is None:
            return ""
        first, *others = (f"r.{name}" for name in self.person.addresses)
        return f"coalesce({', '.join([first, *others])})" if others else first

    def _has_status(self, number: str, statuses: Iterable[str]) -> str:
        column = self._column(number)
        return f"{column}_status in ({', '.join(map(quote_text, statuses))})" if column else "false"

    def _id_no_agrees(self) -> str:
        """True in SQL if the number confirms birth date and sex; false if the contract names no columns to compare."""
        name = self.person.id_no
        is_compared = name is not None and self.table.column(name).agrees.keys() >= {"birth_date", "sex"}
        return self._has_status("id_no", VALID_STATUSES) if is_compared else "false"

    def _updated_on(self) -> str:
        """The day of the `dated` column, else that of the delivery."""
        dated = self.table.dated
        if dated is None:
            return "d.delivered_on"
        return f"r.{dated}" if self.table.column(dated).logical_type == "date" else f"cast(r.{dated} as date)"

    @property
    def _dated_by_delivery(self) -> str:
        return "" if self.table.dated else " left join delivery d on d.delivery_id = r.delivery_id"


def _rows_with_persons(records: list[Record]) -> str:
    """The select of a source's rows, each with its persons, their hukou households and hukou homes."""
    columns, joins = ["r.*"], ""
    for n, record in enumerate(records, 1):
        link, place, name = f"l{n}", f"p{n}", record.person.with_role
        columns.append(f"{link}.person_id as {name('person_id')}")
        joins += f"\nleft join person_link {link} on {record.same_record(link)}"
        if record.person.household:
            columns.append(f"key_of('household', r.{record.person.household}) as {name('household_id')}")
        if record.has_hukou_place:
            columns += [f"{place}.{column} as {name(column)}" for column in HUKOU]
            joins += f"\nleft join {HUKOU_PLACE} {place} on {record.same_record(place)}"
    return f"select {', '.join(columns)}\nfrom {records[0].table.relation} r{joins}"


def _select(values: Mapping[str, str], columns: Mapping[str, str], rows: str) -> str:
    """A select of `columns` from `rows`: the expressions in `values`, typed nulls for the others."""
    values = {name: values.get(name) or f"cast(null as {kind})" for name, kind in columns.items()}
    items = (value if value.endswith(f".{name}") else f"{value} as {name}" for name, value in values.items())
    listed = ",\n       ".join(items)
    return f"select {listed}\nfrom {rows}"


def _union(selects: Iterable[str], columns: Mapping[str, str]) -> str:
    """The union of the selects; without any, a select of the same columns and no rows."""
    return "\nunion all\n".join(selects) or f"{_select({}, columns, '(select 1) as nobody')}\nwhere false"
