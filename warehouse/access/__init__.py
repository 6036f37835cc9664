"""Access to a release: row scope by grid, column masks by role, filters as SQL without values.

Belongs here: the policy and its rendering as SQL. Does not: reading a release (releases/), logins (casebook/).
"""
