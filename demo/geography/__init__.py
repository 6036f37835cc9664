"""The geography of the simulated city: divisions, grids, communities, buildings."""
