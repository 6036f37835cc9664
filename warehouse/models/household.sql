/* The hukou households. A household registered outside the city has the dwelling in which its head lives. */
with current_row as (
    select *, row_number() over (
        partition by household_no order by relation_to_head = '02' desc, birth_date, record_no) as nth
    from resident_row where cancelled_on is null
), household_size as (
    select household_id, count(distinct person_id) as member_count from current_row group by household_id
)
select h.household_id, h.household_no, h.person_id as head_person_id,
       coalesce(h.hukou_dwelling_id, h.dwelling_id) as dwelling_id, c.member_count,
       coalesce(h.hukou_grid_code, h.grid_code) as grid_code,
       case when h.hukou_grid_code is null then h.area_code end as area_code
from current_row h
join household_size c on c.household_id = h.household_id
where h.nth = 1
