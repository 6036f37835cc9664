"""Building the city database: SQL models, Python models, history of registers, survivorship.

Belongs here: the order of relations and how each is made. Does not: cross-checks (cross_check/), publishing (releases/).
"""
