/* What becomes of each row and each person it may name. linked: all but certain, and by evidence that may decide · grey: a
   doubt that a clerk can settle. Of the titles of one dwelling that would be one person's only the heaviest is linked: its
   holders are different people. */
with mapped as (
    select c.source, c.record_key, coalesce(m.natural_id, c.natural_id) as natural_id, c.match_weight, c.decides, c.reasons
    from candidate c
    left join seed_link m on m.seed_id = c.natural_id
), best as (
    select source, record_key, natural_id, max(match_weight) as match_weight,
           arg_max(decides, match_weight) as decides, arg_max(reasons, (match_weight, reasons)) as reasons
    from mapped
    group by source, record_key, natural_id
), weighed as (
    -- rounded: a sum of floats depends on the order of its parts
    select b.*, round(power(2, least(match_weight, 100))
                      / (1 + sum(power(2, least(match_weight, 100))) over (partition by source, record_key)), 6) as confidence
    from best b
), rivalling as (
    select w.*, t.auto, t.grey,
           row_number() over (
               partition by w.source, w.natural_id, coalesce(p.dwelling_id, w.record_key)
               order by w.confidence >= t.auto and w.decides desc, w.match_weight desc, w.record_key) as nth
    from weighed w
    join linkage_bound t on t.source = w.source
    left join source.property p on w.source = 'property' and p.title_no = w.record_key and p.cancelled_on is null
)
select source, record_key, natural_id, match_weight, confidence, reasons,
       case when confidence >= auto and decides and nth = 1 then 'linked' else 'grey' end as outcome
from rivalling
where confidence >= grey
