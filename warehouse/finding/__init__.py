"""Running the rules, and what a finding is from night to night. Not here: how a rule is declared and judged (rule/)."""
