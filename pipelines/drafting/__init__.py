"""Drafts contracts from sample files, for a person to check (`hub contract draft`).

Guessing is allowed here, and only here, because somebody reads the draft; at reading time nothing is guessed.
Belongs here: sniffing samples, profiles of their columns, a proposal for every entry of a contract.
Does not: reading deliveries (`pipelines/readers/`), checking a contract (`contracts/load.py`).
A value of a personal column never leaves the sample: not into a contract, not into a message.
"""
