"""Writes the files that each simulated office delivers."""
