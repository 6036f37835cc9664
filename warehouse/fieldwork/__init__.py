"""What people write down of a door: verdicts, visits, assignments, values seen, and what they come to."""
