"""Untrusted text made safe to show."""

import re

_SEQUENCE = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
# controls but newline; zero width and marks; overrides of writing direction; tags; halves of pairs
_UNSEEN = (
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_HALF = "[\ud800-\udfff]"


def escaped(json: str) -> str:
    r"""JSON in which nothing stands that a terminal would obey: such characters are escaped.

    >>> escaped('{"a": "\u202ebad"}')
    '{"a": "\\u202ebad"}'
    """
    return re.sub(f"{_UNSEEN}|{_HALF}", lambda found: _units(found[0]), json)


def _units(char: str) -> str:
    """A character as JSON writes it in ASCII: one or two units of sixteen bits."""
    raw = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[i]:02x}{raw[i + 1]:02x}" for i in range(0, len(raw), 2))


def sanitise(text: str) -> str:
    r"""Keep what people read.

    No escape sequence, control character or override of the writing direction is left.

    >>> sanitise("\x1b[31mred\x1b[0m\ttext")
    'red    text'
    """
    text = (
        text.replace("\r\n", "\n")
        .replace("\t", "    ")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    if text.isprintable() and text.isascii():
        return text
    if "\x1b" in text or "\x9b" in text:
        text = re.sub(_SEQUENCE, "", text)
    return re.sub(_HALF, "�", re.sub(_UNSEEN, "", text))
