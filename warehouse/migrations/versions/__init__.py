"""One file = one change of the casebook's tables, in order."""
