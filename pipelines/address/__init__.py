"""Parses a written address into the one dwelling it means, or the rule that says why it means none.

`spelling.py` cuts every spelling into the text before the building number (head) and the numbers (tail), in columns.
`place_names.py` reads each distinct head against the `gazetteer.py` (areas by `areas.py`, estates), `numbers.py` each distinct
tail. `parser.py` joins them with the building table. `parsed_addresses.py` is the night's step, cached under `cache_key.py`.
Nothing here guesses: a spelling that fits two homes, or only nearly fits one, gets no dwelling.
"""
