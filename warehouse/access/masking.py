"""The treatment of each kind of column for each role: the declared half of the policy.

A change here changes who sees what. Belongs here: roles, treatments with their reasons, masks as SQL. Does not: row scope
(policy.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:  # the command line reads the roles, and pydantic costs every `--help` 0.2 s
    from contracts.model import Column

Role = Literal["grid_worker", "grid_lead", "district_supervisor", "analyst", "auditor", "admin", "office", "agent"]
ColumnAccess = Literal["full", "mask", "hidden"]
LEAD_ROLES: Final[tuple[Role, ...]] = ("grid_lead", "district_supervisor")  # decide where workers and the night do not
FIELD_ROLES: Final[tuple[Role, ...]] = ("grid_worker", *LEAD_ROLES)  # go to doors and write down what they saw


class RoleMask(NamedTuple):
    """A role's treatment of a column, by classification; `masked_form` is a personal `*_masked` column."""

    public: ColumnAccess
    internal: ColumnAccess
    personal: ColumnAccess
    masked_form: ColumnAccess
    sensitive: ColumnAccess


ROLES: dict[Role, RoleMask] = {
    # are at the door and must know whom to ask for; tokens are of no use to them
    "grid_worker": RoleMask("full", "full", "full", "full", "hidden"),
    "grid_lead": RoleMask("full", "full", "full", "full", "hidden"),
    # checks that work is done, and tells two cases apart by the masked number
    "district_supervisor": RoleMask("full", "full", "mask", "full", "hidden"),
    # counts and compares; never needs to identify a person
    "analyst": RoleMask("full", "full", "mask", "mask", "hidden"),
    "auditor": RoleMask("full", "full", "mask", "mask", "hidden"),
    # runs the machine; the gate keeps every table about residents away as a whole
    "admin": RoleMask("full", "full", "hidden", "hidden", "hidden"),
    # delivers and reads its receipts; of the city it sees public lists, never a table about residents
    "office": RoleMask("full", "hidden", "hidden", "hidden", "hidden"),
    # a program that acts for its owner: what it reads may leave the hub, so it sees nobody's name or number even where she does
    "agent": RoleMask("full", "full", "mask", "mask", "hidden"),
}
STRICTEST_FIRST: Final[tuple[ColumnAccess, ...]] = ("hidden", "mask", "full")

# For addresses that the hub wrote: cuts from the first house, building or room number on (digits, or 三号楼, 甲座, B栋).
_HOUSE = r"([0-9０-９]|[零〇一二三四五六七八九十百甲乙丙丁A-Za-zＡ-Ｚ]+[ -]*(号|栋|幢|座|单元|门|层|楼|室|#)).*"
# Free texts (`text`, and `address` as an office or a caller wrote it) have no mask: names can be anywhere in them.
MASKS = {
    "name": "left({0}, 1) || '**'",
    "estate": f"regexp_replace({{0}}, '{_HOUSE}', '', 's')",
    "year": "cast(date_trunc('year', {0}) as date)",
}


def column_access(role: Role, column: Column) -> ColumnAccess:
    """A role's treatment of a column."""
    if column.name.endswith("_masked") and column.classification == "personal":
        return ROLES[role].masked_form
    found: ColumnAccess = getattr(ROLES[role], column.classification)
    return found


def strictest_access(roles: Iterable[Role], column: Column) -> ColumnAccess:
    """The narrowest of several roles' treatments of a column."""
    return min((column_access(role, column) for role in roles), key=STRICTEST_FIRST.index)


def mask_sql(column: Column, sql: str) -> str:
    """DuckDB SQL of a column's mask over the expression `sql`; null if the contract names no mask."""
    return MASKS.get(column.mask or "", "null").format(sql)
