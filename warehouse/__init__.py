"""WHERE it rests and who may see which part.

Belongs here: the lake, the engine with its SQL models and rules, releases, tokens and vault, the policy, the casebook, settings.
Does not: scheduling (pipelines), HTTP (api).
"""
