"""Decisions of people on what the night could not settle: what an address means, whether two records are one person.

Belongs here: the decisions and what they must be like. Does not: verdicts from doors (fieldwork/).
"""
