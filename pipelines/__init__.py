"""Moves data: readers, ingest, address parsing, linkage, and the orchestration of a night.

Belongs here: taking office files into the lake; Dagster's assets, checks, schedules. The only importer of dagster.
Does not: stored data and its models (warehouse), HTTP (api).
"""
