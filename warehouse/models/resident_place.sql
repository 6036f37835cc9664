/* Where each registration says that the person is registered. */
select r.record_no, h.dwelling_id as hukou_dwelling_id, h.grid_code as hukou_grid_code
from source.resident r
join address_link h on h.address = r.hukou_address
