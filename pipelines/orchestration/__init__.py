"""The night as Dagster sees it, and `hub nightly`. The only importer of dagster.

Belongs here: assets, checks, schedules, and the order of the night. Does not: how a step does its work.
"""
