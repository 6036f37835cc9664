/* A ticket at its home. The limits: danger 2 h, water, power, gas and heat 24 h, ordinary 7 days, complex 15 days. */
select key_of('ticket', h.ticket_no) as ticket_id, h.ticket_no, h.dwelling_id, p.person_id, h.address, h.reported_at,
       h.requester_name, h.requester_phone_token, h.requester_phone_masked, h.request_class, h.content, h.urgency,
       h.reported_at + case h.urgency when 'danger' then interval '2 hours' when 'utility' then interval '24 hours'
                                      when 'ordinary' then interval '7 days' else interval '15 days' end as due_at,
       h.status, h.handling_unit, h.resolved_at, h.grid_code
from source.hotline h
left join person_link l on l.source = 'hotline' and l.record_key = h.ticket_no
left join person p on p.person_id = l.person_id
