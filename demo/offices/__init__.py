"""The files that each simulated office delivers."""
