/* The natural id of a person: derived from her ID number, else from her first row. */
select person, case when min(rule) = 'id_no' then key_of('id_no', min(token))
                    else key_of('record', min(source) || '|' || min(first_record)) end as natural_id
from row_person
group by person
