/* Which person a state named that its record is no longer in. The one place that says so: a linkage which gives ids to old
      rows replaces this file. The record's own person, unless number and name are both another's (a title's holder is the same
   only by one of them); else whoever has the number now; else the id that the number, or without a usable one the name,
   birth date and household, would have got. */
with former as (
    select 'resident' as source, record_no as record_key, known_from, name, birth_date, household_no, id_no_token as token,
           id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') as by_number
    from former_resident
    union all
    select 'property', title_no, known_from, holder_name, null, null, holder_id_no_token,
           holder_id_no_status in ('ok', 'old_15')
    from former_property
), today as (
    select 'resident' as source, r.record_no as record_key, r.name, r.id_no_token as token, l.person_id,
           r.id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch') as by_number
    from source.resident r
    join person_link l on l.source = 'resident' and l.record_key = r.record_no
    union all
    select 'property', p.title_no, p.holder_name, p.holder_id_no_token, l.person_id, p.holder_id_no_status in ('ok', 'old_15')
    from source.property p
    join person_link l on l.source = 'property' and l.record_key = p.title_no
), by_record as (
    select f.source, f.record_key, f.known_from, t.person_id
    from former f
    join today t on t.source = f.source and t.record_key = f.record_key
    where f.name = t.name or (f.by_number and t.by_number and f.token = t.token)
       or (f.source = 'resident' and not (f.by_number and t.by_number))
), by_number as (
    select f.source, f.record_key, f.known_from, min(t.person_id) as person_id
    from former f
    join today t on t.token = f.token and t.by_number
    where f.by_number
    group by f.source, f.record_key, f.known_from
)
select f.source, f.record_key, f.known_from,
       coalesce(r.person_id, n.person_id,
                case when f.by_number then key_of('id_no', f.token)
                     when f.source = 'resident'
                     then key_of('name_birth_household', concat_ws('|', f.name, f.birth_date, f.household_no)) end) as person_id
from former f
left join by_record r on r.source = f.source and r.record_key = f.record_key and r.known_from = f.known_from
left join by_number n on n.source = f.source and n.record_key = f.record_key and n.known_from = f.known_from
