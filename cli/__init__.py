"""The `hub` command on top of all.

Belongs here: reading arguments, asking for passwords, printing results and errors; everything heavy is imported late.
Does not: anything that another program would want to call.
"""
