"""Correction requests to the offices: their packet, clock and steps, and what the night does with them."""
