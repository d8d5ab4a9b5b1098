"""Write the index: the only part of `ask` that parses what people wrote."""
