/* The person of each former state of a record.
   It is the record's present person, unless number and name are both different (a title's holder must share one of them); else
   the person of the number, if name or birth date are hers; else the id that the row would have had while it was in force. */
with former_state as (
    select 'resident' as source, r.record_no as record_key, r.known_from, r.name, r.birth_date, r.id_no_token as token,
           u.status is not null as by_number
    from resident_history r
    left join usable_id_no_status u on u.status = r.id_no_status
    union all
    select 'property', t.title_no, t.known_from, t.holder_name, null, t.holder_id_no_token, u.status is not null
    from property_history t
    left join usable_id_no_status u on u.status = t.holder_id_no_status
), current_record as (
    select source, record_key, name, id_no_token as token, has_usable_id_no as by_number
    from person_record where strength <> 'contact'
), by_record as (
    select f.source, f.record_key, f.known_from, l.person_id
    from former_state f
    join current_record s on s.source = f.source and s.record_key = f.record_key
    join person_link l on l.source = f.source and l.record_key = f.record_key
    where f.name = s.name or (f.by_number and s.by_number and f.token = s.token)
       or (f.source = 'resident' and not (f.by_number and s.by_number))
), number_match as (
    select f.source, f.record_key, f.known_from, key_of('id_no', f.token) as natural_id, p.person_id,
           coalesce(p.name = f.name, false) or coalesce(p.birth_date = f.birth_date, false) or p.person_id is null as hers
    from former_state f
    left join person_identity i on i.natural_id = key_of('id_no', f.token)
    left join person p on p.person_id = i.person_id
    where f.by_number
), named_state as (
    select f.source, f.record_key, f.known_from, case when n.hers then n.person_id end as person_id,
           case when n.hers then n.natural_id
                when f.source = 'resident' then key_of('record', 'resident|' || f.record_key) end as natural_id
    from former_state f
    left join number_match n on n.source = f.source and n.record_key = f.record_key and n.known_from = f.known_from
), kept_id as (
    select old_id, arg_max(new_id, nth) as new_id from person_change where change = 'kept' group by old_id
)
select n.source, n.record_key, n.known_from, coalesce(r.person_id, n.person_id, k.new_id, n.natural_id) as person_id
from named_state n
left join by_record r on r.source = n.source and r.record_key = n.record_key and r.known_from = n.known_from
left join kept_id k on k.old_id = n.natural_id
