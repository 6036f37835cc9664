"""The frequencies of everything in the simulated city, each share stated once with its reason."""
