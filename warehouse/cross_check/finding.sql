/* `finding`: the findings of tonight (`found`) with their first day (`finding_known`) and the resolution of the verdicts on this
   evidence (`finding_resolution`). An open finding of a rule that is stopped in its subdistrict is `stopped`; every subdistrict
   with a finding has a row in `rule_figure`. */
with today as (
    select max(delivered_on) as day from delivery
), stopped_rule as (
    select rule, area_code from rule_figure where state <> 'running'
)
select f.*, coalesce(f.dwelling_id, f.subject_id) as stop_id, coalesce(k.first_seen, today.day) as first_seen,
       case when k.evidence_hash = f.evidence_hash and not k.is_gone then k.evidence_since else today.day end
           as evidence_since,
       today.day as last_seen,
       case when coalesce(r.status, 'open') = 'open' and stopped_rule.rule is not null then 'stopped'
            else coalesce(r.status, 'open') end as status,
       r.verdict, coalesce(r.visits, 0) as visits
from found f
cross join today
left join finding_known k on k.finding_id = f.finding_id
left join finding_resolution r on r.finding_id = f.finding_id and r.evidence_hash = f.evidence_hash
left join stopped_rule on stopped_rule.rule = f.rule and stopped_rule.area_code = coalesce(left(f.grid_code, 9), '')
