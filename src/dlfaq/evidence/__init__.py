"""What was measured, and the words for it. Nothing here needs torch or numpy."""
