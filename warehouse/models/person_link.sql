/* The person that an office row names, and the rule that decided it. All other models get a row's person from here.
   An ID number decides; a row of a spine without one is a person of its own, unless evidence links it to another; other rows
   without a number are linked by evidence only. People's decisions override all of it. */
with same_decision as (
    select left_source as source, left_key as record_key, right_source as other_source, right_key as other_key
    from person_decision where decision = 'same'
    union all
    select right_source, right_key, left_source, left_key from person_decision where decision = 'same'
), evidence_link as (
    select source, record_key, person from row_link where outcome = 'linked' and strength <> 'spine'
), same_person as (
    select s.source, s.record_key, p.person
    from same_decision s
    join row_person p on p.source = s.other_source and p.record_key = s.other_key
    union all
    -- a row that evidence linked decides for a row that it did not
    select s.source, s.record_key, f.person
    from same_decision s
    join evidence_link f on f.source = s.other_source and f.record_key = s.other_key
    where not exists (select 1 from evidence_link o where o.source = s.source and o.record_key = s.record_key)
), decided_link as (
    select o.source, o.record_key, min(o.person) as person
    from same_person o
    join person_identity i on i.person = o.person
    where not exists (select 1 from row_person r where r.source = o.source and r.record_key = o.record_key)
    group by o.source, o.record_key
    having count(distinct i.person_id) = 1  -- a row decided to be two persons is neither, until one decision is revoked
), seed_evidence as (
    select l.source, l.record_key, l.person, l.match_weight, l.confidence, l.pattern
    from row_link l
    where l.strength = 'spine' and l.outcome = 'linked'
), every_link as (
    select source, record_key, person, rule, null as match_weight, 1.0 as confidence, null as pattern
    from row_person where rule = 'id_no'
    union all
    select p.source, p.record_key, p.person,
           case when m.seed is not null then 'evidence' when s.record_key is not null then 'decided' else 'record' end,
           l.match_weight, coalesce(l.confidence, 1.0), l.pattern
    from row_person p
    left join seed_link m on m.seed = p.person
    left join seed_evidence l on l.source = p.source and l.record_key = p.record_key and l.person = m.person
    left join (select distinct source, record_key from same_decision) s on s.source = p.source and s.record_key = p.record_key
    where p.rule = 'record'
    union all
    select l.source, l.record_key, l.person, 'evidence', l.match_weight, l.confidence, l.pattern
    from row_link l
    where l.outcome = 'linked' and l.strength <> 'spine'
      and not exists (select 1 from decided_link d where d.source = l.source and d.record_key = l.record_key)
    union all
    select source, record_key, person, 'decided', null, 1.0, null from decided_link
)
select l.source, l.record_key, r.delivery_id, r.row_no, i.person_id, l.rule, l.match_weight, l.confidence, t.reasons,
       r.grid_code, r.area_code
from every_link l
join person_record r on r.source = l.source and r.record_key = l.record_key
join person_identity i on i.person = l.person
left join linkage_pattern t on t.pattern = l.pattern
