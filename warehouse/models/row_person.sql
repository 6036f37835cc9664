/* Rows that identify a person by themselves: by a usable ID number, or in a spine by name, birth date and household together,
   which two rows of one register share only if one person was entered twice. `person` is a hash valid tonight;
   `first_record` is the row that identifies a person without a number. */
with own_number as (
    select r.*, r.number is not null and b.record_key is null as by_number
    from register_row r
    left join shared_id_no b on b.source = r.source and b.record_key = r.record_key
), without_number as (
    -- without a household, two people of one name and birth date cannot be told from one who was entered twice
    select o.*, min(o.record_key) over (
               partition by o.source, o.name_hash, o.birth_date, coalesce(o.household, hash(o.record_key)), a.record_key
           ) as first_record
    from own_number o
    left join (select distinct source, record_key from cannot_link) a on a.source = o.source and a.record_key = o.record_key
    where o.is_spine and not o.by_number
)
select source, record_key, is_spine, number as person, 'id_no' as rule, token, cast(null as varchar) as first_record,
       name_hash, sex, birth_date, phone, home, registered_home, household, stands, updated_on
from own_number where by_number
union all
select source, record_key, is_spine, hash(source || '|' || first_record), 'record', null, first_record,
       name_hash, sex, birth_date, phone, home, registered_home, household, stands, updated_on
from without_number
