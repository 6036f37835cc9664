"""Releases: building the folder, auditing it, publishing it, and reading the one that is served.

Belongs here: everything that happens to a closed city database. Does not: building its tables (build/), who sees what (access/).
"""
