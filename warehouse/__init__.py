"""Holds the data: where it rests, how the city database is built from it, and who may see which part.

Belongs here: the lake, the engine with its models and rules, releases, tokens and vault, policy, casebook, settings.
Does not: scheduling (pipelines), HTTP (api).
"""
