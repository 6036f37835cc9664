/* What each office says of a person or a dwelling, one row per value, for the side-by-side comparison.
   A claim on a person lies where the person lives and is registered, whichever row says it. */
with home as (
    select dwelling_id, standard_address from dwelling
), place as (
    select person_id, hukou_grid_code, grid_code from person
), resident as (
    select r.*, s.living_address, s.hukou_address, h.standard_address as living_home, k.standard_address as hukou_home
    from resident_row r
    join source.resident s on s.record_no = r.record_no
    left join home h on h.dwelling_id = r.living_dwelling_id
    left join home k on k.dwelling_id = r.hukou_dwelling_id
    where r.cancelled_on is null
), said_by_resident as (
    select person_id as entity_id, delivery_id, row_no, updated_on as claimed_on, hukou_grid_code,
           coalesce(living_grid_code, hukou_grid_code) as grid_code,
           unnest([
               {'attribute': 'name', 'value': name},
               {'attribute': 'sex', 'value': sex},
               {'attribute': 'birth_date', 'value': cast(birth_date as varchar)},
               {'attribute': 'id_no', 'value': id_no_masked},
               {'attribute': 'phone', 'value': phone_masked},
               {'attribute': 'living_address', 'value': coalesce(living_home, living_address, hukou_address)},
               {'attribute': 'hukou_address', 'value': coalesce(hukou_home, hukou_address)}]) as said
    from resident
), said_by_holder as (
    select p.person_id as entity_id, t.delivery_id, t.row_no, t.updated_on as claimed_on, p.hukou_grid_code, p.grid_code,
           unnest([
               {'attribute': 'name', 'value': t.holder_name},
               {'attribute': 'id_no', 'value': t.holder_id_no_masked},
               {'attribute': 'phone', 'value': t.holder_phone_masked}]) as said
    from source.property t
    join place p on p.person_id = md5('id_no:' || t.holder_id_no_token)
    where t.holder_id_no_status = 'ok' and t.cancelled_on is null
), said_by_title as (
    select dwelling_id as entity_id, delivery_id, row_no, updated_on as claimed_on, grid_code,
           unnest([
               {'attribute': 'title_holder', 'value': holder_name},
               {'attribute': 'occupancy', 'value': occupancy},
               {'attribute': 'usage_kind', 'value': usage_kind},
               {'attribute': 'floor_area_m2', 'value': cast(floor_area_m2 as varchar)}]) as said
    from source.property where dwelling_id is not null and cancelled_on is null
), said_by_caller as (
    select p.person_id as entity_id, h.delivery_id, h.row_no, cast(h.reported_at as date) as claimed_on,
           p.hukou_grid_code, p.grid_code,
           unnest([
               {'attribute': 'phone', 'value': h.requester_phone_masked},
               {'attribute': 'living_address', 'value': coalesce(d.standard_address, h.address)}]) as said
    from ticket t
    join source.hotline h on h.ticket_no = t.ticket_no
    join place p on p.person_id = t.person_id
    left join home d on d.dwelling_id = t.dwelling_id
)
select 'person' as entity, entity_id, said.attribute, said.value, 'resident' as source, delivery_id, row_no, claimed_on,
       hukou_grid_code, grid_code
from said_by_resident where said.value is not null
union all
select 'person', entity_id, said.attribute, said.value, 'property', delivery_id, row_no, claimed_on, hukou_grid_code, grid_code
from said_by_holder where said.value is not null
union all
select 'dwelling', entity_id, said.attribute, said.value, 'property', delivery_id, row_no, claimed_on, null, grid_code
from said_by_title where said.value is not null
union all
select 'person', entity_id, said.attribute, said.value, 'hotline', delivery_id, row_no, claimed_on, hukou_grid_code, grid_code
from said_by_caller where said.value is not null
