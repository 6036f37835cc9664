"""Links rows of one person: a model declared in YAML, run by Splink in DuckDB, gives weighted pairs with reasons.

Belongs here: features of names, kinds of comparison, models, scoring, and the Python models of the city database that use
them (`name_table.py`, `scored_pairs.py`, `decisions.py`, `person_ids.py`). Does not: deciding on a weight
(`warehouse/models/row_link.sql`), the layouts of benchmark files (benchmarks/).
"""
