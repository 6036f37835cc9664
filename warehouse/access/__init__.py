"""Who may see which part of a release: row scope by grid, column masks by role, filters as SQL without values.

Belongs here: the policy and everything that renders it. Does not: reading a release (releases/), who is logged in (casebook/).
"""
