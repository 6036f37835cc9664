"""Prints every figure the README quotes, one script each. Ratios are measured in one run; nothing is asserted."""
