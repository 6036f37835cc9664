"""How the simulated offices and callers write an address."""
