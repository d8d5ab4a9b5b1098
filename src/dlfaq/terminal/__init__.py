"""What a terminal or a pipe gets: entries, answers and lists as text.

`answers` and `entries` compose what `dlfaq.ask` read from the index; nothing here parses. rich is
loaded only where something is shown on a terminal.
"""

from dlfaq.sanitise import sanitise
from dlfaq.terminal.text import number

__all__ = ["number", "sanitise"]
