"""People's decisions on cases the night leaves open: the meaning of an address, whether two records are one person.

Belongs here: the decisions and their validation. Does not: verdicts from visits (fieldwork/).
"""
