/* Rows that name a person by themselves: by a usable ID number; a resident without one by name, birth date and household
   together, which two rows of one register share only where one person was entered twice. `person` is the hash of tonight
   that stands for her; `first_record` is the row she is known by where it is not the number. */
with own as (
    select r.*, r.number is not null and b.record_key is null as by_number
    from register_row r
    left join shared_id_no b on b.source = r.source and b.record_key = r.record_key
), numberless as (
    select o.*, min(o.record_key) over (partition by o.name_hash, o.birth_date, o.household, a.record_key) as first_record
    from own o
    left join (select distinct record_key from cannot_link where source = 'resident') a on a.record_key = o.record_key
    where o.source = 'resident' and not o.by_number
)
select source, record_key, number as person, 'id_no' as rule, token, cast(null as varchar) as first_record,
       name_hash, sex, birth_date, phone, home, registered_home, household, stands, updated_on
from own where by_number
union all
select source, record_key, hash('resident|' || first_record), 'record', null, first_record,
       name_hash, sex, birth_date, phone, home, registered_home, household, stands, updated_on
from numberless
