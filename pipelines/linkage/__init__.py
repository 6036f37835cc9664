"""Which rows are one person: a model declared in YAML, run by Splink in a DuckDB connection, gives weighted pairs with reasons.

Belongs here: what names say, kinds of comparison, models, scoring, and the relations that the city's models need of it
(`name_table.py`, `scored_pairs.py`, `decisions.py`, `person_ids.py`). Does not: deciding on a weight
(`warehouse/models/row_link.sql`), nor the layouts of files, which the benchmarks know.
"""
