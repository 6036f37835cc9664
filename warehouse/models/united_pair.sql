/* The natural ids of two rows decided to be one person. */
select distinct l.natural_id as left_id, r.natural_id as right_id
from (select left_source, left_key, right_source, right_key from person_decision where decision = 'same') s
join row_person lp on lp.source = s.left_source and lp.record_key = s.left_key
join row_person rp on rp.source = s.right_source and rp.record_key = s.right_key
left join seed_link ml on ml.seed = lp.person
left join seed_link mr on mr.seed = rp.person
join natural_id l on l.person = coalesce(ml.person, lp.person)
join natural_id r on r.person = coalesce(mr.person, rp.person)
