"""Builders of answers: each makes what one kind of response holds from what the caller may see.

Belongs here: reading through a `View` and shaping the result. Does not: routes, and any way to data around the view.
"""
