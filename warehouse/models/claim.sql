/* What each office says of a person or a dwelling, one row per value, for the side-by-side comparison.
   A claim on a person lies where the person lives and is registered, whichever row says it. */
with home as (
    select dwelling_id, standard_address from dwelling
), said_by_resident as (
    select r.person_id as entity_id, r.delivery_id, r.row_no, r.updated_on as claimed_on, r.hukou_grid_code,
           coalesce(r.living_grid_code, r.hukou_grid_code) as grid_code,
           unnest([
               {'attribute': 'name', 'value': r.name, 'token': null},
               {'attribute': 'sex', 'value': r.sex, 'token': null},
               {'attribute': 'birth_date', 'value': cast(r.birth_date as varchar), 'token': null},
               {'attribute': 'id_no', 'value': r.id_no_masked, 'token': r.id_no_token},
               {'attribute': 'phone', 'value': r.phone_masked, 'token': r.phone_token},
               {'attribute': 'living_address', 'token': null,
                'value': coalesce(h.standard_address, r.living_address, r.hukou_address)},
               {'attribute': 'hukou_address', 'token': null, 'value': coalesce(k.standard_address, r.hukou_address)}
           ]) as said
    from resident_row r
    left join home h on h.dwelling_id = r.living_dwelling_id
    left join home k on k.dwelling_id = r.hukou_dwelling_id
    where r.cancelled_on is null
), said_by_holder as (
    select p.person_id as entity_id, t.delivery_id, t.row_no, t.updated_on as claimed_on, p.hukou_grid_code, p.grid_code,
           unnest([
               {'attribute': 'name', 'value': t.holder_name, 'token': null},
               {'attribute': 'id_no', 'value': t.holder_id_no_masked, 'token': t.holder_id_no_token},
               {'attribute': 'phone', 'value': t.holder_phone_masked, 'token': t.holder_phone_token}]) as said
    from title_row t
    join person p on p.person_id = t.person_id
    where t.cancelled_on is null
), said_by_title as (
    select dwelling_id as entity_id, delivery_id, row_no, updated_on as claimed_on, grid_code,
           unnest([
               {'attribute': 'title_holder', 'value': holder_name},
               {'attribute': 'occupancy', 'value': occupancy},
               {'attribute': 'usage_kind', 'value': usage_kind},
               {'attribute': 'floor_area_m2', 'value': cast(floor_area_m2 as varchar)}]) as said
    from title_row where dwelling_id is not null and cancelled_on is null
), said_by_caller as (
    select p.person_id as entity_id, h.delivery_id, h.row_no, cast(h.reported_at as date) as claimed_on,
           p.hukou_grid_code, p.grid_code,
           unnest([
               {'attribute': 'phone', 'value': h.requester_phone_masked, 'token': h.requester_phone_token},
               {'attribute': 'living_address', 'value': coalesce(d.standard_address, h.address), 'token': null}]) as said
    from source.hotline h
    join person_link l on l.source = 'hotline' and l.record_key = h.ticket_no
    join person p on p.person_id = l.person_id
    left join home d on d.dwelling_id = h.dwelling_id
)
select 'person' as entity, entity_id, said.attribute, said.value, said.token as value_token, 'resident' as source,
       delivery_id, row_no, claimed_on, hukou_grid_code, grid_code
from said_by_resident where said.value is not null
union all
select 'person', entity_id, said.attribute, said.value, said.token, 'property',
       delivery_id, row_no, claimed_on, hukou_grid_code, grid_code
from said_by_holder where said.value is not null
union all
select 'dwelling', entity_id, said.attribute, said.value, null, 'property',
       delivery_id, row_no, claimed_on, null, grid_code
from said_by_title where said.value is not null
union all
select 'person', entity_id, said.attribute, said.value, said.token, 'hotline',
       delivery_id, row_no, claimed_on, hukou_grid_code, grid_code
from said_by_caller where said.value is not null
