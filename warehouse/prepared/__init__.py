"""Home files prepared at publish: every home's rows in one place, so that opening a home is one look-up by key.

Belongs here: building, reading and checking `homes.sqlite`. Does not: the form of an answer (`api/responses/prepared_home.py`),
masks and areas (access/).
"""
