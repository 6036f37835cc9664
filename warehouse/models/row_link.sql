/* The outcome of linkage for each row and each person it may name. linked: all but certain, by evidence that may decide · grey:
   a doubt that a clerk can settle. Of rows of one dwelling that must name different persons (co-owners) only the one with the
   largest weight is linked to a person. A row is never linked to a person decided to be different, by any of her rows; of two
   rows decided to be different persons neither is linked if both would be one person. */
with different_person as (
    select a.source, a.record_key, p.person
    from cannot_link a
    join row_person p on p.source = a.other_source and p.record_key = a.other_key
    union all
    select a.source, a.record_key, p.person
    from cannot_link a
    join person_decision s on s.decision = 'same' and s.left_source = a.other_source and s.left_key = a.other_key
    join row_person p on p.source = s.right_source and p.record_key = s.right_key
    union all
    select a.source, a.record_key, p.person
    from cannot_link a
    join person_decision s on s.decision = 'same' and s.right_source = a.other_source and s.right_key = a.other_key
    join row_person p on p.source = s.left_source and p.record_key = s.left_key
), different_cluster as (
    select distinct hash(a.source, a.record_key) as row_hash, n.cluster_id
    from different_person a
    join natural_cluster n on n.person = a.person
), allowed_candidate as (
    select c.row_hash, coalesce(m.person, c.person) as person, c.match_weight, c.decides, c.pattern
    from candidate c
    left join seed_link m on m.seed = c.person
    where not exists (
        select 1 from different_cluster a join natural_cluster n on n.cluster_id = a.cluster_id
        where a.row_hash = c.row_hash and n.person = c.person)
), best_candidate as (
    select row_hash, person, max(match_weight) as match_weight, arg_max(decides, (match_weight, pattern)) as decides,
           arg_max(pattern, (match_weight, pattern)) as pattern
    from allowed_candidate
    group by row_hash, person
), weighted as (
    -- rounded: a sum of floats depends on the order of its parts
    select *, round(power(2, least(match_weight, 100))
                    / (1 + sum(power(2, least(match_weight, 100))) over (partition by row_hash)), 6) as confidence
    from best_candidate
), rated as (
    select u.source, u.record_key, u.strength, w.*, w.decides and w.confidence >= t.auto as is_sure
    from weighted w
    join row_without_id_no u on u.row_hash = w.row_hash
    join linkage_bound t on t.strength = u.strength
    where w.confidence >= t.grey
), rival as (
    select j.row_hash, j.person, row_number() over (
               partition by j.person, j.source, r.home order by j.match_weight desc, j.record_key) as nth
    from rated j
    join register_row r on r.source = j.source and r.record_key = j.record_key
    where r.one_per_dwelling and j.is_sure and r.stands and r.home is not null
), sure_link as (
    select j.source, j.record_key, j.row_hash, j.person, n.cluster_id
    from rated j
    join (select distinct source, record_key from cannot_link) a on a.source = j.source and a.record_key = j.record_key
    join natural_cluster n on n.person = j.person
    where j.is_sure
), clash as (
    select distinct s.row_hash, s.person
    from sure_link s
    join cannot_link a on a.source = s.source and a.record_key = s.record_key
    join sure_link o on o.source = a.other_source and o.record_key = a.other_key and o.cluster_id = s.cluster_id
)
select j.source, j.record_key, j.strength, j.person, j.match_weight, j.confidence, j.pattern,
       case when j.is_sure and coalesce(v.nth, 1) = 1 and x.row_hash is null then 'linked' else 'grey' end as outcome
from rated j
left join rival v on v.row_hash = j.row_hash and v.person = j.person
left join clash x on x.row_hash = j.row_hash and x.person = j.person
