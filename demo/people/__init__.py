"""Who lives in the simulated city: names, numbers, households, registrations."""
