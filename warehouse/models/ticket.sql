/* Tickets with their dwelling, time limit and matter. A matter is tickets of one class about one dwelling (without one, from one
   person or telephone), each within 30 days of the one before. The limits: danger 2 h; water, power, gas and heat 24 h;
   ordinary 7 days; complex 15 days. Overdue is a ticket resolved after its limit, or still open past it when the day of the
   newest file began; a returned ticket (退单) has no limit. */
with ticket_subject as (
    select ticket_no, dwelling_id as about, request_class, reported_at from source.hotline where dwelling_id is not null
    union all
    -- a telephone of many people does not identify the caller
    select h.ticket_no, coalesce(p.person_id, case when c.phone_token is null and h.requester_phone_status = 'ok' then h.requester_phone_token end),
           h.request_class, h.reported_at
    from source.hotline h
    left join person_link l on l.source = 'hotline' and l.record_key = h.ticket_no
    left join person p on p.person_id = l.person_id
    left join common_phone c on c.phone_token = h.requester_phone_token
    where h.dwelling_id is null
), spaced_ticket as (
    select *, coalesce(reported_at - lag(reported_at) over (partition by about, request_class order by reported_at, ticket_no)
                       <= interval '30 days', false) as goes_on
    from ticket_subject where about is not null
), repeating as (
    select * from spaced_ticket where goes_on
), matter_ticket as (
    -- most matters are one ticket: the window runs over the others only
    select s.ticket_no, s.goes_on, last_value(case when not s.goes_on then s.ticket_no end ignore nulls) over (
               partition by s.about, s.request_class order by s.reported_at, s.ticket_no
               rows between unbounded preceding and current row) as first_no
    from spaced_ticket s
    where exists (select 1 from repeating a where a.about = s.about and a.request_class = s.request_class)
), repeat_ticket as (
    select ticket_no, first_no from matter_ticket where goes_on
), today as (
    select max(delivered_on) as day from delivery where source = 'hotline'
), ticket_limit as (
    select *, case urgency when 'danger' then 2 when 'utility' then 24 when 'ordinary' then 168 else 360 end as limit_hours
    from source.hotline
), due_ticket as (
    select *, reported_at + limit_hours * interval '1 hour' as due_at from ticket_limit
)
select key_of('ticket', h.ticket_no) as ticket_id, h.ticket_no, key_of('matter', coalesce(r.first_no, h.ticket_no)) as matter_id,
       r.first_no as repeat_of, h.dwelling_id, p.person_id, h.address, h.reported_at,
       h.requester_name, h.requester_phone_token, h.requester_phone_masked, h.request_class, h.content, h.urgency,
       h.limit_hours, h.due_at, coalesce(h.resolved_at > h.due_at, h.status <> 'returned' and h.due_at < today.day) as overdue,
       h.status, h.handling_unit, h.resolved_at, h.grid_code, h.area_code
from due_ticket h
cross join today
left join person_link l on l.source = 'hotline' and l.record_key = h.ticket_no
left join person p on p.person_id = l.person_id
left join repeat_ticket r on r.ticket_no = h.ticket_no
