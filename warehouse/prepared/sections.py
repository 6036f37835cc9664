"""The SQL that writes each home's text, made from the contracts: one section of rows for each kind, joined by home.

Rows are in the order in which an answer shows them. Not here: running it (build.py), the fields of a row (layout.py).
"""

from __future__ import annotations

from typing import Final

from contracts.model import Catalog
from warehouse.prepared.layout import FINDING, LATEST_TICKETS, OPEN_TICKETS, ROW_SCOPE, parts, text_sql

# a household of another grid than its dwelling's would be seen by others than the dwelling, as would a row with an area beside
# its grid: such homes are left out
HOMES: Final = """
create temp table home as
with
known as (
    select dwelling_id as id, dwelling_id, grid_code as grid from dwelling d
    where grid_code is not null and area_code is null and not exists (
        select 1 from household h where h.dwelling_id = d.dwelling_id
        and (h.grid_code is distinct from d.grid_code or h.area_code is not null))
    union all
    select household_id, null, grid_code from household
    where dwelling_id is null and grid_code is not null and area_code is null
)
select row_number() over (order by grid, id) as n, * from known;
create temp table booklet as
select home.n, home.grid, h.household_id from household h join home on home.id = coalesce(h.dwelling_id, h.household_id);
create temp table place as
select dwelling_id as id, n from home where dwelling_id is not null union all select household_id, n from booklet
"""
KIND: Final = ("entity", "attribute", "source", "shown", "why", "delivery_id")


def kinds_sql() -> str:
    """Numbers what many claims have in common, so that a claim itself is little more than its value."""
    names = ", ".join(KIND)
    numbered = f"row_number() over (order by {names}) as kind"
    return f"create temp table claim_kind as select {numbered}, {names} from (select distinct {names} from claim)"


def homes_sql(catalog: Catalog) -> str:
    """Selects n, id, text and findings (JSON or null) of the homes $first to $last, in order."""
    fields = {name: _fields(catalog, name) for name in ("dwelling", "household", "person", "title", "ticket")}
    sections = {
        "dwelling": _rows(fields["dwelling"], "chunk c join dwelling t using (dwelling_id)", "t.dwelling_id"),
        "household": _rows(fields["household"], "local c join household t using (household_id)", "t.household_id"),
        "person": _rows(f"{_MEMBER}, {fields['person']}", _PERSONS, "t.person_id"),
        "title": _rows(fields["title"], f"chunk c join title t {_THERE}", "t.title_id"),
        "ticket": _rows(fields["ticket"], _TICKETS, "t.reported_at desc, t.ticket_id desc"),
        "matter": _rows(_MATTER, "matter t", "t.last_reported_at desc, t.matter_id desc"),
        "claim": _rows("t.entity_id, t.codes, t.said", _CLAIMS, "t.entity, t.entity_id, t.codes"),
    }  # fmt: skip
    named = ",\n".join(f"{name}_rows as ({sql})" for name, sql in sections.items())
    texts = ", ".join(f"coalesce({name}_rows.text, '')" for name in sections)
    joins = " ".join(f"left join {name}_rows using (n)" for name in sections)
    findings = f"finding_rows as ({_findings(catalog)})"
    return f"""{_COMMON}, {named}, {findings}
        select n, id, concat_ws(chr(28), {texts}), finding_rows.text
        from chunk {joins} left join finding_rows using (n) order by n"""


def _fields(catalog: Catalog, name: str) -> str:
    return ", ".join(part.text for part in parts(catalog.tables[f"city.{name}"]))


def _rows(fields: str, source: str, order: str) -> str:
    """The rows of each home as one text; `source` has n."""
    return (
        f"select n, string_agg(concat_ws(chr(30), {fields}), chr(29) order by {order}) as text from {source} group by n"
    )


def _findings(catalog: Catalog) -> str:
    """A JSON list of each home's findings, with the names and places that their texts show, and who may see those."""
    about = {part.name: part.sql for part in parts(catalog.tables[f"city.{FINDING}"])}
    names = {
        f"{table}.{part.name}": part.sql
        for table, column in (("person", "name"), ("dwelling", "standard_address"))
        for part in parts(catalog.tables[f"city.{table}"], alias=table[0])
        if part.column == column
    }
    others = ("person", "dwelling", "household")
    places = {f"{table}.known": f"{table[0]}.{table}_id is not null" for table in others}
    for table in others:
        columns = ", ".join(f"{table[0]}.{name}" for name in ROW_SCOPE[table])
        places[f"{table}.places"] = f"[{columns}]"
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in (about | names | places).items())
    return f"""
        select n, '[' || string_agg(cast(json_object({pairs}) as varchar), ',' order by finding_id) || ']' as text
        from home_finding join finding t using (finding_id)
        left join person p on p.person_id = t.person_id left join dwelling d on d.dwelling_id = t.dwelling_id
        left join household h on h.household_id = t.household_id group by n"""


_THERE: Final = "on t.dwelling_id = c.dwelling_id and t.grid_code = c.grid"
_PERSONS: Final = """member c join person t using (person_id)
    left join household h on h.household_id = t.household_id left join relation r on r.home = c.n and r.person_id = c.person_id"""
_CLAIMS: Final = "holder c join entity_claims t using (entity_id)"
_PLACES: Final = "coalesce(h.grid_code, 'null'), coalesce(h.area_code, 'null')"
_MEMBER: Final = f"{text_sql('string', 'h.household_no')}, {_PLACES}, coalesce(r.relations, '')"
_TICKETS: Final = f"""(select c.n, t.* from chunk c join ticket t {_THERE}
    qualify row_number() over (partition by c.n order by t.reported_at desc, t.ticket_id desc) <= {LATEST_TICKETS}) t"""
_MATTER: Final = ", ".join(
    (
        text_sql("string", "t.matter_id"),
        text_sql("string", "t.request_class"),
        "t.tickets",
        "t.open",
        "t.overdue",
        text_sql("timestamp", "t.first_reported_at"),
        text_sql("timestamp", "t.last_reported_at"),
        "'[' || t.ticket_nos || ']'",
    )
)
_OPEN: Final = ", ".join(f"'{status}'" for status in OPEN_TICKETS)
# an entity whose claims belong to several places has them for each place and for all: who sees some of them reads whether these
# agree. `agree`: each source has the same set of values; an exclusive or of hashes tells sets apart without ordering them
_COMMON: Final = f"""
with
chunk as materialized (select * from temp.home where n between $first and $last),
local as materialized (select b.* from temp.booklet b join chunk using (n)),
member as materialized (
    select n, person_id from local join person using (household_id)
    union
    select c.n, p.person_id from chunk c join person p on p.dwelling_id = c.dwelling_id and p.grid_code = c.grid
),
relation as (
    select l.n as home, r.person_id,
        string_agg(r.household_id || r.relation_to_head, ';' order by r.valid_to is null, r.residence_id) as relations
    from local l join residence r on r.household_id = l.household_id and r.grid_code = l.grid
    where r.relation_to_head <> '' group by all
),
matter as (
    select c.n, t.matter_id, arg_max(t.request_class, (t.reported_at, t.ticket_id)) as request_class, count(*) as tickets,
        count(*) filter (t.status in ({_OPEN})) as open, count(*) filter (t.overdue) as overdue,
        min(t.reported_at) as first_reported_at, max(t.reported_at) as last_reported_at,
        string_agg(chr(2) || t.ticket_no || chr(2), ',' order by t.reported_at desc, t.ticket_id desc) as ticket_nos
    from chunk c join ticket t {_THERE} where t.matter_id <> '' group by all
),
holder as materialized (
    select n, person_id as entity_id from member
    union all
    select n, dwelling_id from chunk where dwelling_id is not null
),
stated as materialized (
    select k.kind, coalesce(t.value_token, t.value) as distinct_value,
        concat_ws(':', coalesce(t.grid_code, ''), coalesce(t.hukou_grid_code, ''), coalesce(t.area_code, '')) as place, t.*
    from claim t join temp.claim_kind k using (entity, attribute, source, shown, why, delivery_id)
    where t.entity_id in (select entity_id from holder)
),
stated_at as (select distinct entity_id, place from stated),
variant as (
    select entity_id, list(place order by place) as places from stated_at group by entity_id
    union
    select entity_id, [place] from stated_at
),
said as materialized (
    select t.*, array_to_string(v.places, ';') as codes from stated t
    join variant v on v.entity_id = t.entity_id and list_contains(v.places, t.place)
),
of_source as (
    select entity_id, codes, attribute, source, bit_xor(hash(distinct_value)) as same
    from (select distinct entity_id, codes, attribute, source, distinct_value from said) group by all
),
agreement as (
    select entity_id, codes, attribute,
        case when count(*) < 2 then 'null' else cast(count(distinct same) = 1 as varchar) end as agree
    from of_source group by all
),
entity_claims as (
    select t.entity, t.entity_id, t.codes,
        string_agg(concat_ws(chr(30), t.kind, a.agree, {text_sql("string", "t.value")},
            {text_sql("date", "t.claimed_on")}, {text_sql("integer", "t.row_no")}), chr(30)
            order by t.attribute, t.claimed_on desc, t.source, t.delivery_id, t.row_no, t.shown, t.why, t.value) as said
    from said t join agreement a using (entity_id, codes, attribute) group by t.entity, t.entity_id, t.codes
),
home_finding as (
    select l.n, f.finding_id from local l join finding f using (household_id)
    union
    select c.n, f.finding_id from chunk c join finding f using (dwelling_id)
    union
    select m.n, f.finding_id from member m join finding f using (person_id)
)"""
