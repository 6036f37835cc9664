/* Each row of the property register with the person it names, if it names one that can be known. */
select p.*, l.person_id
from source.property p
left join person_link l on l.source = 'property' and l.record_key = p.title_no
