"""The simulated city: office files as a bureau receives them, and the truth behind every row.

Belongs here: people, homes, tickets, the ways offices write them down, and the defects they make. Does not belong here:
any reading of these files, any knowledge of contracts or of the hub. Nobody in this city is real: `identity_numbers`.
"""
