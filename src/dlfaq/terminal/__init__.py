"""Text for a terminal or a pipe: maths made readable, Markdown without its marks, nothing that a terminal would obey.

`answers` renders entries, answers and lists; `maths`, `markdown` and `text` are what it stands on. rich is loaded only
where something is shown on a terminal.
"""

from dlfaq.terminal.text import number, sanitise

__all__ = ["number", "plain", "sanitise"]


def plain(text: str) -> str:
    """Markdown with $maths$ as plain text, with nothing in it that a terminal would obey."""
    from dlfaq.terminal.markdown import plain as render

    return render(text)
