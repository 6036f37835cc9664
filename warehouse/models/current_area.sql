/* The areas in force on the day of the newest register. */
select area_code, name, level from source.area
where valid_to is null or valid_to > (select max(delivered_on) from delivery where source = 'area')
