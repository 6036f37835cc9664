"""Logging in: throttled tries, sessions, tokens of scripts, second factors, single sign-on.

Belongs here: everything between a name typed somewhere and a `User`. Does not: accounts and passwords (casebook/), the
rights of a user (access/), HTTP (api/).
"""
