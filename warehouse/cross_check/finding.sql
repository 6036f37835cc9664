/* `finding`: what the rules found tonight (`found`), since when it is known (`finding_known`), and what the verdicts about this
   evidence come to (`finding_resolution`). An open finding is stopped where its rule sends nobody: every subdistrict with a
   finding has a row in `rule_figure`. */
with today as (
    select max(delivered_on) as day from delivery
), stopped as (
    select rule, area_code from rule_figure where state <> 'running'
)
select f.*, coalesce(f.dwelling_id, f.subject_id) as stop_id, coalesce(k.first_seen, today.day) as first_seen,
       case when k.evidence_hash = f.evidence_hash and not k.is_gone then k.evidence_since else today.day end
           as evidence_since,
       today.day as last_seen,
       case when coalesce(r.status, 'open') = 'open' and stopped.rule is not null then 'stopped'
            else coalesce(r.status, 'open') end as status,
       r.verdict, coalesce(r.visits, 0) as visits
from found f
cross join today
left join finding_known k on k.finding_id = f.finding_id
left join finding_resolution r on r.finding_id = f.finding_id and r.evidence_hash = f.evidence_hash
left join stopped on stopped.rule = f.rule and stopped.area_code = coalesce(left(f.grid_code, 9), '')
