"""The truth of the simulated city, and the contradictions its files really have."""
