/* A person once: the newest row of the resident register that still stands, else of a standing title that names her. */
with registered as (
    select *, row_number() over (
        partition by person_id order by cancelled_on is null desc, updated_on desc, record_no) as nth
    from resident_row
), holder as (
    select *, row_number() over (partition by person_id order by updated_on desc, title_no) as nth
    from title_row t
    where person_id is not null and cancelled_on is null
      and not exists (select 1 from resident_row r where r.person_id = t.person_id)
)
select person_id, name, sex, birth_date, id_no_token, id_no_masked, id_no_status, phone_token, phone_masked,
       household_id, living_dwelling_id as dwelling_id, population_kind,
       case when cancelled_on is null then 'active' else 'cancelled' end as status, updated_on,
       hukou_grid_code, coalesce(living_grid_code, hukou_grid_code) as grid_code
from registered where nth = 1
union all
select person_id, holder_name, null, null, holder_id_no_token, holder_id_no_masked, holder_id_no_status,
       holder_phone_token, holder_phone_masked, null, null, null, 'active', updated_on, null, grid_code
from holder where nth = 1
