/* Review pairs: a row and a person it may name, likely enough to review and too unlikely to link. Only a person's decision
   merges them. The right side is a row of that person, so that a decision is always about two rows. */
with doubt as (
    select l.source, l.record_key, l.person, l.match_weight, l.confidence, t.reasons
    from row_link l
    left join linkage_pattern t on t.pattern = l.pattern
    where l.outcome = 'grey'
    union all
    select b.source, b.record_key, b.number, 0, 0.5, '证件号一致；姓名不同'
    from shared_id_no b
    where not exists (select 1 from cannot_link a where a.source = b.source and a.record_key = b.record_key)
), open_doubt as (
    select d.source, d.record_key, i.person_id, max(d.match_weight) as match_weight, max(d.confidence) as confidence,
           arg_max(d.reasons, (d.match_weight, d.reasons)) as reasons
    from doubt d
    join person_identity i on i.person = d.person
    left join person_link k on k.source = d.source and k.record_key = d.record_key
    -- a ticket or title that is linked is settled; a register row may still be another person's, entered twice
    where k.person_id is null or (k.rule = 'record' and k.person_id <> i.person_id)
    group by d.source, d.record_key, i.person_id
), doubted_person as (
    select distinct person_id from open_doubt
), representative as (
    select i.person_id, min({'later': not p.is_spine, 'source': p.source, 'key': p.record_key}) as first_row
    from doubted_person a
    join person_identity i on i.person_id = a.person_id
    join row_person p on p.person = i.person
    group by i.person_id
)
select key_of('person_pair', concat_ws('|', d.source, d.record_key, d.person_id)) as pair_id,
       d.source as left_source, d.record_key as left_key, f.first_row.source as right_source, f.first_row.key as right_key,
       d.person_id, d.match_weight, d.confidence, d.reasons, 'waiting' as status, r.grid_code, r.area_code
from open_doubt d
join representative f on f.person_id = d.person_id
join person_record r on r.source = d.source and r.record_key = d.record_key
