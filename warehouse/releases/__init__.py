"""Releases: the folder of a release, its audit, publishing it, and reading the served one.

Belongs here: the work on a finished city database. Does not: building its tables (build/), who may see what (access/).
"""
