/* The dwelling of each spelling of an address. In doubt `dwelling_id` is null, and `rule` has the reason. */
select key_of('address', address) as address_id, address, uses,
       case when standard_address is not null then key_of('dwelling', standard_address) end as dwelling_id,
       standard_address, province, city, county, subdistrict, community, area_code, estate,
       building_no, entrance_no, floor_no, room_no, building_id, rule, confidence, reasons, grid_code
from address_parsed
