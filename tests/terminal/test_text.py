"""Numbers as a terminal shows them."""

from dlfaq.terminal import number


def test_number():
    """Four digits, and an ellipsis where there is none."""
    assert [number(value) for value in (2.3025851, 0.00001234, 12345678.0, None)] == [
        "2.303",
        "1.234e-05",
        "1.235e+07",
        "…",
    ]
