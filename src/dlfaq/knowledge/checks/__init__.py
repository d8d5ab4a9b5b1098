"""Everything that can be wrong with an FAQ, one rule a function. Nothing is run."""
