/* What was seen at doors, about the persons and homes of tonight: of each attribute the newest value.
   Whoever was split off took none of it: what was seen of her is told of the id under which it was seen. Somebody or some home
   that no office names tonight is told nothing of; the casebook keeps it until one does. Joined so that a city in which nobody
   has seen anything looks nothing up. */
with about_person as (
    select v.*, coalesce(c.current_id, v.entity_id) as person_id,
           case when v.attribute in ('living_address', 'hukou_address') then v.value end as address
    from observed_value v
    left join person_current_id c on c.old_id = v.entity_id
    where v.entity = 'person'
), named_home as (
    select dwelling_id from observed_value where dwelling_id is not null
    union
    select entity_id from observed_value where entity = 'dwelling'
), spelt as (
    select l.address, l.dwelling_id, l.grid_code
    from (select distinct address from about_person) s
    join address_link l on l.address = s.address
), home as (
    select dwelling_id, any_value(grid_code) as grid_code
    from (select l.dwelling_id, l.grid_code from named_home n join address_link l on l.dwelling_id = n.dwelling_id
          union all
          select dwelling_id, grid_code from spelt where dwelling_id is not null) as placed
    group by dwelling_id
), told as (
    select p.nth, p.record_key, p.row_no, p.seen_on, 'person' as entity, p.person_id as entity_id, p.attribute, p.value,
           p.value_token, case when p.address is not null then coalesce(h.dwelling_id, s.dwelling_id) end as dwelling_id
    from about_person p
    left join home h on h.dwelling_id = p.dwelling_id
    left join spelt s on s.address = p.address
    where exists (select 1 from person_identity i where i.person_id = p.person_id)
    union all
    select v.nth, v.record_key, v.row_no, v.seen_on, 'dwelling', v.entity_id, v.attribute, v.value, v.value_token,
           v.entity_id
    from observed_value v
    join home h on h.dwelling_id = v.entity_id
    where v.entity = 'dwelling'
), newest_first as (
    select *, row_number() over (partition by entity, entity_id, attribute order by nth desc) as age from told
)
select t.record_key, t.row_no, t.seen_on, t.entity, t.entity_id, t.attribute, t.value, t.value_token, t.dwelling_id,
       h.grid_code
from newest_first t
left join home h on h.dwelling_id = t.dwelling_id
where t.age = 1
