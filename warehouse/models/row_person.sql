/* Rows that name a person by themselves: by a usable ID number; a resident without one by name, birth date and household
   together, which two rows of one register share only where one person was entered twice. */
with own_number as (
    select n.source, n.record_key, n.token
    from numbered_row n
    where not exists (select 1 from borrowed_number b where b.source = n.source and b.record_key = n.record_key)
), registered as (
    select r.record_no as record_key, n.token,
           min(r.record_no) over (partition by r.name, r.birth_date, r.household_no, a.record_key) as first_record
    from source.resident r
    left join own_number n on n.source = 'resident' and n.record_key = r.record_no
    left join (select distinct record_key from told_apart where source = 'resident') a on a.record_key = r.record_no
)
select 'resident' as source, record_key,
       case when token is not null then key_of('id_no', token) else key_of('record', 'resident|' || first_record) end as natural_id,
       case when token is not null then 'id_no' else 'record' end as rule
from registered
union all
select source, record_key, key_of('id_no', token), 'id_no'
from own_number
where source = 'property'
