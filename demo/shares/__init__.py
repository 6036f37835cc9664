"""How often things happen in the simulated city, each share stated once with its reason."""
