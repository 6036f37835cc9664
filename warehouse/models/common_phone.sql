/* A telephone of more than ten persons is an agency's, a shop's or a dormitory's: it reaches none of them. */
with named as (
    select person_id, phone_token from resident_row where phone_token is not null
    union all
    select person_id, holder_phone_token from title_row where person_id is not null and holder_phone_token is not null
    union all
    select l.person_id, h.requester_phone_token
    from source.hotline h
    join person_link l on l.source = 'hotline' and l.record_key = h.ticket_no
    where h.requester_phone_token is not null
)
select phone_token from named group by phone_token having count(distinct person_id) > 10
