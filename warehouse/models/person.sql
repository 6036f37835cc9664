/* One row per person. Household, home and status are those of the newest row in force of the resident register, else of another
   register; the home may also be an observed value. Other values are those that survivorship shows (`person_survivorship`); if
   all rows about a person are cancelled, they are the last known. */
with registration as (
    select *, row_number() over (
        partition by person_id order by cancelled_on is null desc, updated_on desc, record_no) as nth
    from resident_row
), other_record as (
    select *, row_number() over (
        partition by person_id order by living_dwelling_id is not null desc, updated_on desc, source, record_key) as nth
    from linked_record h
    where source <> 'resident' and strength <> 'contact' and person_id is not null and cancelled_on is null
      and not exists (select 1 from resident_row r where r.person_id = h.person_id)
), current_person as (
    select person_id, name, sex, birth_date, id_no_token, id_no_masked, id_no_status, phone_token, phone_masked,
           household_id, dwelling_id, population_kind,
           case when cancelled_on is null then 'active' else 'cancelled' end as status, updated_on,
           hukou_grid_code, coalesce(grid_code, hukou_grid_code) as grid_code, area_code
    from registration where nth = 1
    union all
    select person_id, name, sex, birth_date, id_no_token, id_no_masked, id_no_status, phone_token, phone_masked,
           null, living_dwelling_id, null, 'active', updated_on, hukou_grid_code, grid_code, area_code
    from other_record where nth = 1
), shown_value as (
    select r.person_id, any_value(r.name) filter (where coalesce(g.name, true)) as name,
           any_value(r.sex) filter (where coalesce(g.sex, true)) as sex,
           any_value(r.birth_date) filter (where coalesce(g.birth_date, true)) as birth_date,
           any_value(r.id_no_token) filter (where coalesce(g.id_no, true)) as id_no_token,
           any_value(r.id_no) filter (where coalesce(g.id_no, true)) as id_no_masked,
           any_value(r.id_no_status) filter (where coalesce(g.id_no, true)) as id_no_status,
           any_value(r.phone_token) filter (where coalesce(g.phone, true)) as phone_token,
           any_value(r.phone) filter (where coalesce(g.phone, true)) as phone_masked
    from person_row r
    left join person_survivorship g on g.source = r.source and g.record_key = r.record_key
    where g.source is null or g.name or g.sex or g.birth_date or g.id_no or g.phone
    group by r.person_id
), observed_home as (
    select r.person_id, any_value(r.living_dwelling_id) as dwelling_id, any_value(r.grid_code) as grid_code
    from person_row r
    left join person_survivorship g on g.source = r.source and g.record_key = r.record_key
    where r.source = 'doorstep' and r.living_address is not null and coalesce(g.living_address, true)
    group by r.person_id
)
select k.person_id, coalesce(s.name, k.name) as name, coalesce(s.sex, k.sex) as sex,
       coalesce(s.birth_date, k.birth_date) as birth_date,
       coalesce(s.id_no_token, k.id_no_token) as id_no_token,
       coalesce(s.id_no_masked, k.id_no_masked) as id_no_masked,
       coalesce(s.id_no_status, k.id_no_status) as id_no_status,
       coalesce(s.phone_token, k.phone_token) as phone_token, coalesce(s.phone_masked, k.phone_masked) as phone_masked,
       k.household_id, case when m.person_id is null then k.dwelling_id else m.dwelling_id end as dwelling_id,
       k.population_kind, k.status, k.updated_on, k.hukou_grid_code,
       case when m.person_id is null then k.grid_code else coalesce(m.grid_code, k.hukou_grid_code) end as grid_code,
       case when coalesce(m.grid_code, k.grid_code, k.hukou_grid_code) is null then k.area_code end as area_code
from current_person k
left join shown_value s on s.person_id = k.person_id
left join observed_home m on m.person_id = k.person_id
