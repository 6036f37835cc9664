"""Building the city database: SQL models, Python models, history of registers, survivorship.

Belongs here: planning and making the relations. Does not: cross-checks (cross_check/), publishing (releases/).
"""
