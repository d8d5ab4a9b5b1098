"""Numbers as a terminal shows them."""


def number(value: float | None) -> str:
    """Four significant digits; `…` where an interval has no end or nothing was measured.

    >>> number(2.302585), number(None)
    ('2.303', '…')
    """
    return "…" if value is None else f"{value:.4g}"
