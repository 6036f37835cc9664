"""WHEN it moves: readers, ingest, and the orchestration of a night.

Belongs here: the way of office files into the lake; Dagster's assets, checks, schedules. The only importer of dagster.
Does not: what rests in the warehouse (warehouse), HTTP (api).
"""
