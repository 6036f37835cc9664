"""Where the simulated city lies: divisions, grids, communities, buildings."""
