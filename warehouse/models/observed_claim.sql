/* The observed values of current persons and dwellings: the newest value of each attribute.
   A person split off takes no values along: they stay with the id under which they were observed. Values of a person or
   dwelling that no office names now are left out; the casebook keeps them until one does. The joins start from the observed
   values, so that a city without any costs nothing. */
with person_value as (
    select v.*, coalesce(c.current_id, v.entity_id) as person_id,
           case when v.attribute in ('living_address', 'hukou_address') then v.value end as address
    from observed_value v
    left join person_current_id c on c.old_id = v.entity_id
    where v.entity = 'person'
), home_id as (
    select dwelling_id from observed_value where dwelling_id is not null
    union
    select entity_id from observed_value where entity = 'dwelling'
), spelling_home as (
    select l.address, l.dwelling_id, l.grid_code
    from (select distinct address from person_value) s
    join address_link l on l.address = s.address
), home as (
    select dwelling_id, any_value(grid_code) as grid_code
    from (select l.dwelling_id, l.grid_code from home_id n join address_link l on l.dwelling_id = n.dwelling_id
          union all
          select dwelling_id, grid_code from spelling_home where dwelling_id is not null) as placed
    group by dwelling_id
), located_value as (
    select p.nth, p.record_key, p.row_no, p.seen_on, 'person' as entity, p.person_id as entity_id, p.attribute, p.value,
           p.value_token, case when p.address is not null then coalesce(h.dwelling_id, s.dwelling_id) end as dwelling_id
    from person_value p
    left join home h on h.dwelling_id = p.dwelling_id
    left join spelling_home s on s.address = p.address
    where exists (select 1 from person_identity i where i.person_id = p.person_id)
    union all
    select v.nth, v.record_key, v.row_no, v.seen_on, 'dwelling', v.entity_id, v.attribute, v.value, v.value_token,
           v.entity_id
    from observed_value v
    join home h on h.dwelling_id = v.entity_id
    where v.entity = 'dwelling'
), newest_first as (
    select *, row_number() over (partition by entity, entity_id, attribute order by nth desc) as age from located_value
)
select t.record_key, t.row_no, t.seen_on, t.entity, t.entity_id, t.attribute, t.value, t.value_token, t.dwelling_id,
       h.grid_code
from newest_first t
left join home h on h.dwelling_id = t.dwelling_id
where t.age = 1
