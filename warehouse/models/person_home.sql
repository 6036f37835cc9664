/* Dwellings where a person can be met by name: where she lives, is registered, or holds a title. */
with named as (
    select p.natural_id, f.name_variant, r.dwelling_id as living, h.dwelling_id as registered
    from row_person p
    join source.resident r on p.source = 'resident' and r.record_no = p.record_key
    join name_feature f on f.written = r.name
    left join address_link h on h.address = r.hukou_address
), tied as (
    select natural_id, name_variant, living as dwelling_id, 1 as tie from named
    union all
    select natural_id, name_variant, registered, 2 from named
    union all
    select p.natural_id, f.name_variant, r.dwelling_id, 3
    from row_person p
    join source.property r on p.source = 'property' and r.title_no = p.record_key
    join name_feature f on f.written = r.holder_name
)
select natural_id, name_variant, dwelling_id, min(tie) as tie
from tied where dwelling_id is not null
group by natural_id, name_variant, dwelling_id
