"""What is true in the simulated city, and which contradictions its files really hold."""
