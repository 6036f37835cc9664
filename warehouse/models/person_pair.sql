/* Doubts about persons: a row and a person it may name, too much to pass over and too little to link. Nothing merges them but
   a human. The right side is a row of that person, so that a decision is always about two rows. */
with face as (
    select i.person_id, min(p.source) as source, min(p.record_key) as record_key
    from row_person p
    join person_identity i on i.natural_id = p.natural_id
    where p.source = 'resident' or not exists (
        select 1 from row_person r join person_identity j on j.natural_id = r.natural_id
        where r.source = 'resident' and j.person_id = i.person_id)
    group by i.person_id
), doubt as (
    select l.source, l.record_key, i.person_id, max(l.match_weight) as match_weight, max(l.confidence) as confidence,
           arg_max(l.reasons, (l.match_weight, l.reasons)) as reasons
    from row_link l
    join person_identity i on i.natural_id = l.natural_id
    left join person_link k on k.source = l.source and k.record_key = l.record_key
    where l.outcome = 'grey'
      -- a ticket or title that found its person is settled; a register row may still be somebody else entered twice
      and (k.person_id is null or (l.source = 'resident' and k.rule = 'record' and k.person_id <> i.person_id))
    group by l.source, l.record_key, i.person_id
    union all
    select b.source, b.record_key, i.person_id, 0, 0.5, '证件号一致；姓名不同'
    from borrowed_number b
    join person_identity i on i.natural_id = key_of('id_no', b.token)
    where not exists (select 1 from told_apart a where a.source = b.source and a.record_key = b.record_key)
), place as (
    select 'resident' as source, record_no as record_key, grid_code from source.resident
    union all select 'property', title_no, grid_code from source.property
    union all select 'hotline', ticket_no, grid_code from source.hotline
)
select key_of('person_pair', concat_ws('|', d.source, d.record_key, d.person_id)) as pair_id,
       d.source as left_source, d.record_key as left_key, f.source as right_source, f.record_key as right_key,
       d.person_id, d.match_weight, d.confidence, d.reasons, 'waiting' as status, p.grid_code
from doubt d
join face f on f.person_id = d.person_id
join place p on p.source = d.source and p.record_key = d.record_key
