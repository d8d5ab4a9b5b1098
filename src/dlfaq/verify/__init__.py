"""From claims to verdicts and evidence."""
