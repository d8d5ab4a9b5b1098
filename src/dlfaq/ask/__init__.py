"""From a person's words to the entries that answer them."""
