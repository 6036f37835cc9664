/* The dwellings tied to a person: where she lives, is registered, or holds a title (its `related_address`). */
with home_tie as (
    select person, name_hash, home, case when is_spine then 1 else 3 end as tie from row_person
    union all
    select person, name_hash, registered_home, 2 from row_person
)
select t.person, f.variant_hash, t.home, min(t.tie) as tie
from home_tie t
join name_feature f on f.name_hash = t.name_hash
where t.home is not null
group by t.person, f.variant_hash, t.home
