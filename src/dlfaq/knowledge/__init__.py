"""What is known: entries, claims, expectations, and what a simulation takes and measures."""
