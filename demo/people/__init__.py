"""The people of the simulated city: names, numbers, households, homes, registrations."""
