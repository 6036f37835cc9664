"""Record linkage on Splink: a model declared in YAML is run in a DuckDB connection and gives weighted pairs with their reasons.

Belongs here: models, comparison kinds, name features, scoring, clustering; nothing of the city's own tables, which
`city.py` knows, and no file layouts, which the benchmarks know.
"""
