/*
The stops: all undecided findings on one home, or on one subject without a home. Findings for the door and for the desk are two
stops. `walk_no` is the stop's place on a walk through its grid. A worker, who has the `open` findings only, sorts by
`open_severity_rank` and `open_since`; a lead, who has all, by `severity_rank` and `first_seen`.
*/
with ranked_finding as (
    select stop_id, place, dwelling_id, grid_code, area_code, first_seen, status = 'open' as is_open,
           case severity when 'high' then 1 when 'medium' then 2 else 3 end as severity_rank
    from finding where status in ('open', 'lead')
), stop_total as (
    select stop_id, place, min(dwelling_id) as dwelling_id, min(grid_code) as grid_code,
           min(area_code) as area_code,
           count(*) as findings, min(severity_rank) as severity_rank, min(first_seen) as first_seen,
           count(case when is_open then 1 end) as open_findings,
           min(case when is_open then severity_rank end) as open_severity_rank,
           min(case when is_open then first_seen end) as open_since
    from ranked_finding group by stop_id, place
), placed_stop as (
    select w.stop_id, w.place, w.dwelling_id, w.findings, w.severity_rank, w.first_seen,
           w.open_findings, w.open_severity_rank, w.open_since,
           d.standard_address, d.estate, d.building_no, d.entrance_no, d.floor_no, d.room_no,
           coalesce(d.grid_code, w.grid_code) as grid_code,
           case when coalesce(d.grid_code, w.grid_code) is null then w.area_code end as area_code
    from stop_total w
    left join dwelling d on d.dwelling_id = w.dwelling_id
)
select p.*, row_number() over (
           partition by grid_code
           order by estate, building_no, entrance_no, floor_no, room_no, stop_id, place) as walk_no
from placed_stop p
