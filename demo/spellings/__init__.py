"""Writes addresses as the simulated offices and callers do."""
