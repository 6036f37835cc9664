/* Pairs of rows decided to be two persons, each pair in both directions. */
select left_source as source, left_key as record_key, right_source as other_source, right_key as other_key
from person_decision where decision = 'different'
union
select right_source, right_key, left_source, left_key
from person_decision where decision = 'different'
