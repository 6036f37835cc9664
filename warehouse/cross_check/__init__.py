"""Rules: how they are declared, held to the contracts, bounded, and how often they were right. The SQL lies in `rules/`."""
