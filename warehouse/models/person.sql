/* A person once: the newest row of the resident register that still stands, else of a title that names her. */
with registered as (
    select *, row_number() over (
        partition by person_id order by cancelled_on is null desc, updated_on desc, record_no) as nth
    from resident_row
), holder as (
    select md5('id_no:' || holder_id_no_token) as person_id, *, row_number() over (
        partition by holder_id_no_token order by updated_on desc, title_no) as nth
    from source.property p
    where holder_id_no_status = 'ok'
      and not exists (select 1 from resident_row r where r.id_no_token = p.holder_id_no_token and r.id_no_status = 'ok')
)
select person_id, name, sex, birth_date, id_no_token, id_no_masked, id_no_status, phone_token, phone_masked,
       md5('household:' || household_no) as household_id, living_dwelling_id as dwelling_id, population_kind,
       case when cancelled_on is null then 'active' else 'cancelled' end as status, updated_on,
       hukou_grid_code, coalesce(living_grid_code, hukou_grid_code) as grid_code
from registered where nth = 1
union all
select person_id, holder_name, null, null, holder_id_no_token, holder_id_no_masked, holder_id_no_status,
       holder_phone_token, holder_phone_masked, null, null, null, 'active', updated_on, null, grid_code
from holder where nth = 1
