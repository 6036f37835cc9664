/* What each office says of a person or a dwelling, and what was seen at a door, one row per value, for the side-by-side
   comparison: which one is shown, and why.
   A row that `*_survivorship` has not got speaks alone. A claim on a person lies where the row says, else where the person lives. */
with home as (
    select dwelling_id, standard_address from dwelling
), said_of_person as (
    select r.person_id as entity_id, r.source, r.delivery_id, r.row_no, r.claimed_on,
           coalesce(r.hukou_grid_code, p.hukou_grid_code) as hukou_grid_code, coalesce(r.grid_code, p.grid_code) as grid_code,
           unnest([
               {'attribute': 'name', 'value': r.name, 'token': null, 'why': g.name_why},
               {'attribute': 'sex', 'value': r.sex, 'token': null, 'why': g.sex_why},
               {'attribute': 'birth_date', 'value': cast(r.birth_date as varchar), 'token': null, 'why': g.birth_date_why},
               {'attribute': 'id_no', 'value': r.id_no, 'token': r.id_no_token, 'why': g.id_no_why},
               {'attribute': 'phone', 'value': r.phone, 'token': r.phone_token, 'why': g.phone_why},
               {'attribute': 'living_address', 'value': coalesce(h.standard_address, r.living_address), 'token': null,
                'why': g.living_address_why},
               {'attribute': 'hukou_address', 'value': coalesce(k.standard_address, r.hukou_address), 'token': null,
                'why': g.hukou_address_why}
           ]) as said
    from person_row r
    left join person p on p.person_id = r.person_id
    left join person_survivorship g on g.source = r.source and g.record_key = r.record_key
    left join home h on h.dwelling_id = r.living_dwelling_id
    left join home k on k.dwelling_id = r.hukou_dwelling_id
    where r.source <> 'doorstep' or p.person_id is not null  -- what was seen of nobody is told to nobody
), said_of_dwelling as (
    select r.dwelling_id as entity_id, r.source, r.delivery_id, r.row_no, r.claimed_on, r.grid_code,
           unnest([
               {'attribute': 'title_holder', 'value': r.title_holder, 'why': g.title_holder_why},
               {'attribute': 'real_estate_unit_no', 'value': r.real_estate_unit_no, 'why': g.real_estate_unit_no_why},
               {'attribute': 'usage_kind', 'value': r.usage_kind, 'why': g.usage_kind_why},
               {'attribute': 'occupancy', 'value': r.occupancy, 'why': g.occupancy_why},
               {'attribute': 'floor_area_m2', 'value': cast(r.floor_area_m2 as varchar), 'why': g.floor_area_m2_why}
           ]) as said
    from dwelling_row r
    left join dwelling_survivorship g on g.source = r.source and g.record_key = r.record_key
), said as (
    select 'person' as entity, entity_id, said.attribute, said.value, said.token as value_token,
           coalesce(said.why, 'only') as why, source, delivery_id, row_no, claimed_on, hukou_grid_code, grid_code
    from said_of_person where said.value is not null
    union all
    select 'dwelling', entity_id, said.attribute, said.value, null,
           coalesce(said.why, 'only'), source, delivery_id, row_no, claimed_on, null, grid_code
    from said_of_dwelling where said.value is not null
)
select *, why in ('only', 'authority', 'newest', 'door', 'valid', 'joint', 'none_valid') as shown from said
