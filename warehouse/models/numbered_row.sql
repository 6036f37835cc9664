/* Rows whose ID number is usable: a right one, an old one of 15 digits (its token is that of the 18 it became), and a right
   one that the row's own birth date or sex disagrees with: it carries a check character and the cell beside it does not. */
select 'resident' as source, record_no as record_key, id_no_token as token, name, sex, birth_date,
       id_no_status in ('ok', 'old_15') as agrees, updated_on
from source.resident
where id_no_status in ('ok', 'old_15', 'birth_mismatch', 'sex_mismatch')
union all
select 'property', title_no, holder_id_no_token, holder_name, null, null, false, updated_on
from source.property
where holder_id_no_status in ('ok', 'old_15')
