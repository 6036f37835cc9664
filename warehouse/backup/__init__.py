"""Backups of a home: folders of plain files with their checksums, each complete in itself, equal files stored once.

Belongs here: making a backup, restoring one or one file of it. Does not: checking the home's own files (`lake/`, `releases/`).
"""
