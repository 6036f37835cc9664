"""Reading SQL without running it: what it is made of, which relations and columns it takes. The one parser is sqlglot's.

Belongs here: everything that says what a statement reads, and the list of what a statement of others may be made of. Does
not: whose rows it then runs on (form_filling/scoped_sql.py), which columns may serve a purpose (cross_check/lint.py).
"""
