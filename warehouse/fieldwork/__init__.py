"""Field work: verdicts, visits, assignments and observed values, and the resolution of verdicts."""
