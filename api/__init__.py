"""WHO may ask: HTTP on top of the served release and the casebook. The only importer of fastapi.

Belongs here: routes, errors, paging, what an answer looks like. Does not: who may see what (warehouse.access.policy), SQL.
Every read of a release goes through `view.py`; a test fails whoever walks around it.
"""
