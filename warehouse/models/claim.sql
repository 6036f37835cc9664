/* The claims of offices on persons and dwellings, with the observed values, one row per value, for the side-by-side comparison:
   which one is shown, and why.
   A row that is not in `*_survivorship` is the only one of its entity. A claim on a person is in the grid of its row, else in
   that of the person's home. */
with home as (
    select dwelling_id, standard_address from dwelling
), person_claim as (
    select r.person_id as entity_id, r.source, r.delivery_id, r.row_no, r.claimed_on,
           coalesce(r.hukou_grid_code, p.hukou_grid_code) as hukou_grid_code, coalesce(r.grid_code, p.grid_code) as grid_code,
           case when coalesce(r.hukou_grid_code, r.grid_code) is null then p.area_code end as area_code,
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
           ]) as item
    from person_row r
    left join person p on p.person_id = r.person_id
    left join person_survivorship g on g.source = r.source and g.record_key = r.record_key
    left join home h on h.dwelling_id = r.living_dwelling_id
    left join home k on k.dwelling_id = r.hukou_dwelling_id
    where r.source <> 'doorstep' or p.person_id is not null  -- an observed value of no known person is left out
), dwelling_claim as (
    select r.dwelling_id as entity_id, r.source, r.delivery_id, r.row_no, r.claimed_on, r.grid_code,
           unnest([
               {'attribute': 'title_holder', 'value': r.title_holder, 'why': g.title_holder_why},
               {'attribute': 'real_estate_unit_no', 'value': r.real_estate_unit_no, 'why': g.real_estate_unit_no_why},
               {'attribute': 'usage_kind', 'value': r.usage_kind, 'why': g.usage_kind_why},
               {'attribute': 'occupancy', 'value': r.occupancy, 'why': g.occupancy_why},
               {'attribute': 'floor_area_m2', 'value': cast(r.floor_area_m2 as varchar), 'why': g.floor_area_m2_why}
           ]) as item
    from dwelling_row r
    left join dwelling_survivorship g on g.source = r.source and g.record_key = r.record_key
), every_claim as (
    select 'person' as entity, entity_id, item.attribute, item.value, item.token as value_token,
           coalesce(item.why, 'only') as why, source, delivery_id, row_no, claimed_on, hukou_grid_code, grid_code, area_code
    from person_claim where item.value is not null
    union all
    select 'dwelling', entity_id, item.attribute, item.value, null,
           coalesce(item.why, 'only'), source, delivery_id, row_no, claimed_on, null, grid_code, null
    from dwelling_claim where item.value is not null
)
select *, why in ('only', 'authority', 'newest', 'door', 'valid', 'joint', 'none_valid') as shown from every_claim
