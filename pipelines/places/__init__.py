"""Where things are: relations of the city database that code makes from addresses and coordinates.

Belongs here: makers and what they need. Does not: what SQL can say (`warehouse/models/`).
"""
