/* Which person an office row names, and why: the seam of linkage, everything downstream reads persons only through here.
   A number decides; a register row without one stands for itself, unless the evidence finds its person; titles and tickets
   are linked by evidence alone. A human's word stands above all of it. */
with said_same as (
    select left_source as source, left_key as record_key, right_source as other_source, right_key as other_key
    from person_said where decision = 'same'
    union all
    select right_source, right_key, left_source, left_key from person_said where decision = 'same'
), decided as (
    select s.source, s.record_key, min(p.natural_id) as natural_id
    from said_same s
    join row_person p on p.source = s.other_source and p.record_key = s.other_key
    where not exists (select 1 from row_person r where r.source = s.source and r.record_key = s.record_key)
    group by s.source, s.record_key
), of_itself as (
    select p.source, p.record_key, i.person_id,
           case when m.seed_id is not null then 'evidence' when p.rule = 'record' and s.record_key is not null then 'decided'
                else p.rule end as rule,
           l.match_weight, coalesce(l.confidence, 1.0) as confidence, l.reasons
    from row_person p
    join person_identity i on i.natural_id = p.natural_id
    left join seed_link m on m.seed_id = p.natural_id
    left join row_link l on l.source = p.source and l.record_key = p.record_key and l.natural_id = m.natural_id
                        and l.outcome = 'linked'
    left join (select distinct source, record_key from said_same) as s on s.source = p.source and s.record_key = p.record_key
), by_evidence as (
    select l.source, l.record_key, i.person_id, 'evidence' as rule, l.match_weight, l.confidence, l.reasons
    from row_link l
    join person_identity i on i.natural_id = l.natural_id
    where l.outcome = 'linked' and l.source <> 'resident'
      and not exists (select 1 from decided d where d.source = l.source and d.record_key = l.record_key)
), linked as (
    select * from of_itself
    union all
    select * from by_evidence
    union all
    select d.source, d.record_key, i.person_id, 'decided', null, 1.0, null
    from decided d join person_identity i on i.natural_id = d.natural_id
), place as (
    select 'resident' as source, record_no as record_key, delivery_id, row_no, grid_code from source.resident
    union all
    select 'property', title_no, delivery_id, row_no, grid_code from source.property
    union all
    select 'hotline', ticket_no, delivery_id, row_no, grid_code from source.hotline
)
select l.source, l.record_key, p.delivery_id, p.row_no, l.person_id, l.rule, l.match_weight, l.confidence, l.reasons, p.grid_code
from linked l
join place p on p.source = l.source and p.record_key = l.record_key
