"""The contracts, and everything that is derived from them.

Belongs here: the ODCS documents, their typed view, lint, checks, code lists, identifier rules, the GX suites.
Does not: anything that touches the warehouse, runs a pipeline or answers a request. A leaf: imports nothing of ours.
"""
