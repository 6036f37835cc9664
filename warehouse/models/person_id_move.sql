/* The number of rows that had another person id (`earlier_id`) in the served release than the one (`default_id`) that their
   person, of natural id `natural_id`, has tonight by the log so far. `default_is_known`: the served release has a person of that
   id. `earlier_lives`: the earlier id is another person's tonight. Only rows of ids that are gone or new tonight are counted: a
   row that moved between two persons who both remain changes no id. */
with kept_id as (
    select old_id, arg_max(new_id, nth) as new_id from person_id_log where change = 'kept' group by old_id
), today as (
    select c.person, c.cluster_id, coalesce(k.new_id, c.cluster_id) as person_id
    from natural_cluster c left join kept_id k on k.old_id = c.cluster_id
), gone_person as (
    select person_id from served_person s
    where not exists (select 1 from today d where d.person_id = s.person_id)
), new_person as (
    select * from today d
    where not exists (select 1 from served_person s where s.person_id = d.person_id)
), moved_row as (
    select p.source, p.record_key, d.cluster_id, d.person_id, l.person_id as earlier
    from served_person_link l
    join gone_person g on g.person_id = l.person_id
    join row_person p on p.source = l.source and p.record_key = l.record_key
    join today d on d.person = p.person
    union
    select p.source, p.record_key, d.cluster_id, d.person_id, l.person_id
    from new_person d
    join row_person p on p.person = d.person
    join served_person_link l on l.source = p.source and l.record_key = p.record_key
), move_count as (
    select cluster_id, person_id, earlier, count(*) as row_count
    from moved_row where earlier <> person_id
    group by cluster_id, person_id, earlier
)
select m.cluster_id as natural_id, m.person_id as default_id, m.earlier as earlier_id, m.row_count,
       not exists (select 1 from new_person f where f.person_id = m.person_id) as default_is_known,
       not exists (select 1 from gone_person g where g.person_id = m.earlier) as earlier_lives
from move_count m
