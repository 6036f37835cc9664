"""Builders of answers: each makes one kind of response from the user's view.

Belongs here: reading through a `View` and shaping the result. Does not: routes, reading data other than through the view.
"""
