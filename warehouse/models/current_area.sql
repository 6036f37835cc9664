/* Areas that stand on the day the newest register is about. */
select area_code, name, level from source.area
where valid_to is null or valid_to > (select max(delivered_on) from delivery where source = 'area')
