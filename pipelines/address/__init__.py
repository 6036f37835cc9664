"""From an address as somebody wrote it to the one dwelling it means, or to the rule that says why it means none.

`spelling.py` cuts every spelling into what stands before the building number (head) and the numbers (tail), in columns.
`place_names.py` reads each distinct head against the `gazetteer.py` (areas by `areas.py`, estates), `numbers.py` each distinct
tail. `parser.py` joins them with the building table. `parsed_addresses.py` is the night's step, cached under `cache_key.py`.
Nothing here guesses: what fits two homes, or nearly one, has no dwelling.
"""
