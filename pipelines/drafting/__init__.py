"""From sample files to contracts that a person checks: what `hub contract draft` does.

Guessing is allowed here, and only here, because somebody reads the draft; at reading time nothing is guessed.
Belongs here: sniffing samples, facts about their columns, proposals for every word of a contract.
Does not: reading deliveries (`pipelines/readers/`), holding a contract against our rules (`contracts/load.py`).
A value of a personal column never leaves the sample: not into a contract, not into a message.
"""
