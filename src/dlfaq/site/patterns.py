"""Python's patterns as JavaScript reads them."""

import re

_CLASSES = {  # of characters, as Python's patterns write them, and as JavaScript's must
    r"[^\W\d_A-Za-z]": r"(?:(?![\p{Nd}A-Za-z])[\p{L}\p{N}])",
    r"[^\W_]": r"[\p{L}\p{N}]",
    r"[\w.]": r"[\p{L}\p{N}_.]",
    r"[\w]": r"[\p{L}\p{N}_]",
    r"\w": r"[\p{L}\p{N}_]",
    r"\d": r"\p{Nd}",
    r"\b": r"(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_]))",
    r"(?P<": "(?<",
}


def pattern_in_js(pattern: str) -> str:
    r"""A pattern of Python's `re` as JavaScript's flag `u` reads it.

    >>> pattern_in_js(r"(?P<word>[^\W_]\w*)")
    '(?<word>[\\p{L}\\p{N}][\\p{L}\\p{N}_]*)'

    Raises:
        ValueError: If it holds a class that is not translated.
    """
    found = re.sub("|".join(map(re.escape, _CLASSES)), lambda match: _CLASSES[match[0]], pattern)
    if re.search(r"\\[WDSBAZ]|\(\?[a-zA-Z#(]", found):
        msg = f"no JavaScript for {pattern!r}"
        raise ValueError(msg)
    return found
