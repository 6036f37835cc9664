"""Simulates a city: office files as a bureau receives them, and the truth behind every row.

Belongs here: people, homes, tickets, how offices write them down, and the defects they make. Does not: reading these files,
or knowing contracts or the hub. Nobody in this city is real: `identity_numbers`.
"""
