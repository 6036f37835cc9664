"""The HTTP API on top of the served release and the casebook. The only importer of fastapi.

Belongs here: routes, errors, paging, the models of answers. Does not: access policy (`warehouse/access/policy.py`), SQL.
Every read of a release goes through `view.py`; a test fails if a module reads around it.
"""
