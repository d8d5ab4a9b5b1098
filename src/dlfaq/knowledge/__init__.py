"""What is known: entries, their claims and expectations, and what each simulation takes and measures."""
