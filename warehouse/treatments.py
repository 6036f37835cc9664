"""How each role sees each kind of column: the declared half of the policy. A change here is a change of who sees what.

Belongs here: roles, treatments with their reasons, masks as SQL. Does not: which rows (policy.py).
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from contracts.model import Column

Role = Literal["grid_worker", "grid_lead", "district_supervisor", "analyst", "auditor", "admin", "office"]
Treatment = Literal["full", "mask", "hidden"]
LEADS: Final[tuple[Role, ...]] = ("grid_lead", "district_supervisor")  # decide where workers and the night do not
WALKERS: Final[tuple[Role, ...]] = ("grid_worker", *LEADS)  # go to doors and write down what they saw


class Treatments(NamedTuple):
    """A role's treatment of a column, by classification; `masked_form` is a personal `*_masked` column."""

    public: Treatment
    internal: Treatment
    personal: Treatment
    masked_form: Treatment
    sensitive: Treatment


ROLES: dict[Role, Treatments] = {
    # stand at the door and must know whom to ask for; a token tells a person nothing
    "grid_worker": Treatments("full", "full", "full", "full", "hidden"),
    "grid_lead": Treatments("full", "full", "full", "full", "hidden"),
    # sees that work is done, and can tell two cases apart by the masked number
    "district_supervisor": Treatments("full", "full", "mask", "full", "hidden"),
    # counts and compares; never needs to know who
    "analyst": Treatments("full", "full", "mask", "mask", "hidden"),
    "auditor": Treatments("full", "full", "mask", "mask", "hidden"),
    # runs the machine; the gate keeps every table about residents away as a whole
    "admin": Treatments("full", "full", "hidden", "hidden", "hidden"),
    # delivers and reads its receipts; of the city it sees public lists, never a table about residents
    "office": Treatments("full", "hidden", "hidden", "hidden", "hidden"),
}

# For addresses that the hub wrote. From the first house, building or room number on: digits, or 三号楼, 甲座, B栋.
_HOUSE = r"([0-9０-９]|[零〇一二三四五六七八九十百甲乙丙丁A-Za-zＡ-Ｚ]+[ -]*(号|栋|幢|座|单元|门|层|楼|室|#)).*"
# Texts of people (`text`, and `address` as an office or a caller wrote it) have no mask: names stand anywhere in them.
MASKS = {
    "name": "left({0}, 1) || '**'",
    "estate": f"regexp_replace({{0}}, '{_HOUSE}', '', 's')",
    "year": "cast(date_trunc('year', {0}) as date)",
}


def treatment(role: Role, column: Column) -> Treatment:
    """How a role sees a column."""
    if column.name.endswith("_masked") and column.classification == "personal":
        return ROLES[role].masked_form
    found: Treatment = getattr(ROLES[role], column.classification)
    return found


def masked(column: Column, sql: str) -> str:
    """DuckDB SQL of a column's mask over the expression `sql`; nothing remains where the contract names no mask."""
    return MASKS.get(column.mask or "", "null").format(sql)
