"""Inline SVG, a tag at a time. It takes its colours from the page, and its text stays text."""

from html import escape


def tag(name: str, *inside: str, **attributes: object) -> str:
    """An element; `class_` and `text_anchor` stand for `class` and `text-anchor`.

    >>> tag("line", x1=0, x2=1.25, class_="dl-axis")
    '<line x1="0" x2="1.2" class="dl-axis"/>'
    """
    pairs = [
        f' {key.rstrip("_").replace("_", "-")}="{_written(value)}"'
        for key, value in attributes.items()
    ]
    opened = f"<{name}{''.join(pairs)}"
    return f"{opened}>{''.join(inside)}</{name}>" if inside else f"{opened}/>"


def text(said: str, x: float, y: float, kind: str = "", anchor: str = "") -> str:
    """A text at a place; `kind` is one more class of the style sheet."""
    more = {"text_anchor": anchor} if anchor else {}
    return tag("text", escape(said), x=x, y=y, **more, class_=f"dl-text {kind}".strip())


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line of a class."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _written(value: object) -> str:
    return (
        f"{value:.1f}".removesuffix(".0")
        if isinstance(value, float)
        else escape(str(value), quote=True)
    )
