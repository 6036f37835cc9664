"""The audit log: a line for every look at residents and every writing, in a Merkle tree with signed heads.

Belongs here: records, appending, signing, verifying, reading and keeping the log. Does not: which requests leave a record
(api/request_audit.py), the writings themselves (casebook/), the checks of a candidate release (releases/audit.py).
"""
