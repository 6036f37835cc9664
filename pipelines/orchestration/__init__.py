"""Dagster's assets, checks and schedules for the night, and `hub nightly`. The only importer of dagster.

Belongs here: the order of the night's steps. Does not: the work of a step (ingest/, warehouse).
"""
