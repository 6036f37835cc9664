/* What becomes of each row and each person it may name. linked: all but certain, and by evidence that may decide · grey: a
   doubt that a clerk can settle. Of the titles of one dwelling that would be one person's only the heaviest is linked: its
   holders are different people. */
with mapped as (
    select c.row_hash, coalesce(m.person, c.person) as person, c.match_weight, c.decides, c.pattern
    from candidate c
    left join seed_link m on m.seed = c.person
), best as (
    select row_hash, person, max(match_weight) as match_weight, arg_max(decides, (match_weight, pattern)) as decides,
           arg_max(pattern, (match_weight, pattern)) as pattern
    from mapped
    group by row_hash, person
), weighed as (
    -- rounded: a sum of floats depends on the order of its parts
    select *, round(power(2, least(match_weight, 100))
                    / (1 + sum(power(2, least(match_weight, 100))) over (partition by row_hash)), 6) as confidence
    from best
), judged as (
    select u.source, u.record_key, w.*, w.decides and w.confidence >= t.auto as is_sure
    from weighed w
    join unnumbered_row u on u.row_hash = w.row_hash
    join linkage_bound t on t.source = u.source
    where w.confidence >= t.grey
), rival as (
    select j.row_hash, j.person, row_number() over (
               partition by j.person, r.home order by j.match_weight desc, j.record_key) as nth
    from judged j
    join register_row r on r.source = 'property' and r.record_key = j.record_key
    where j.source = 'property' and j.is_sure and r.stands and r.home is not null
)
select j.source, j.record_key, j.person, j.match_weight, j.confidence, j.pattern,
       case when j.is_sure and coalesce(v.nth, 1) = 1 then 'linked' else 'grey' end as outcome
from judged j
left join rival v on v.row_hash = j.row_hash and v.person = j.person
