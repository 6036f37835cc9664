/* How many rows the served release knew under another id (`earlier_id`) than the one (`default_id`) that the trail so far gives
   their person tonight, whose natural id is `natural_id`. `default_is_known`: the served release has a person of that id.
   `earlier_lives`: the earlier id is somebody else's tonight. Only rows of ids that are gone or new tonight can leave a trail:
   whoever moved between two that live on is simply elsewhere. */
with kept as (
    select old_id, arg_max(new_id, nth) as new_id from person_id_log where change = 'kept' group by old_id
), today as (
    select c.person, c.cluster_id, coalesce(k.new_id, c.cluster_id) as person_id
    from natural_cluster c left join kept k on k.old_id = c.cluster_id
), gone as (
    select person_id from served_person s
    where not exists (select 1 from today d where d.person_id = s.person_id)
), fresh as (
    select * from today d
    where not exists (select 1 from served_person s where s.person_id = d.person_id)
), moved as (
    select p.source, p.record_key, d.cluster_id, d.person_id, l.person_id as earlier
    from served_person_link l
    join gone g on g.person_id = l.person_id
    join row_person p on p.source = l.source and p.record_key = l.record_key
    join today d on d.person = p.person
    union
    select p.source, p.record_key, d.cluster_id, d.person_id, l.person_id
    from fresh d
    join row_person p on p.person = d.person
    join served_person_link l on l.source = p.source and l.record_key = p.record_key
), counted as (
    select cluster_id, person_id, earlier, count(*) as row_count
    from moved where earlier <> person_id
    group by cluster_id, person_id, earlier
)
select m.cluster_id as natural_id, m.person_id as default_id, m.earlier as earlier_id, m.row_count,
       not exists (select 1 from fresh f where f.person_id = m.person_id) as default_is_known,
       not exists (select 1 from gone g where g.person_id = m.earlier) as earlier_lives
from counted m
