"""Python models of the city database that are computed from coordinates.

Belongs here: those models and their geometry. Does not: models written in SQL (`warehouse/models/`).
"""
