"""Every figure the README quotes is printed by a script here. Ratios are taken in one run; nothing is asserted."""
