"""Texts of entries as Markdown for a page.

An entry may use Markdown, maths in `$…$` and `$$…$$`, inline code and code fences. What else the
page's Markdown would obey, such as attribute lists, is escaped here so that it is shown as written.
That nothing runs is not this module's work: `safe` sees to it, whatever comes out of Markdown.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

_OPENS = re.compile(r"^(?P<indent>[> \t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_PIECES = re.compile(
    r"(?<![`\\])(?P<ticks>`+)(?!`)(?P<code>.{1,300}?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<before>^[ \t]*)?(?<!\\)\$\$(?P<display>.{1,1000}?)\$\$[ \t]*\n?"
    r"|(?<![\\$\w])\$(?P<maths>[^\s$](?:[^$\n]*?[^\s$\\])?)\$(?![\w$])",
    re.DOTALL | re.MULTILINE,
)
# what may begin a link: the title and the address close, and neither is longer than anyone writes.
# Markdown itself would look for the end of each bracket to the end of the text.
_LINK = re.compile(
    r"(?<!\\)\[(?=(?:[^\[\]]|\[[^\[\]]{0,100}\]){0,300}\]\((?:[^()\n]|\([^()\n]{0,100}\)){0,500}\))"
)
_STARTS = re.compile(r"#|>|!!!|\?\?\?|===|`{3}|~{3}|[-+*](?=[-\s])|(?=\d+[.)]\s)")
_HEADING = re.compile(r"^([ \t]*)#{1,2}(?!#)", re.MULTILINE)
# lists and quotes within one another on one line: Markdown calls itself for each
_NESTED = re.compile(r"^(?=(?:[ \t]*(?:[-+*]|\d{1,9}[.)])(?=\s)|[ \t]*>){6})[ \t]*", re.MULTILINE)
_ITEM = re.compile(r"[-+*]\s|\d+[.)]\s")
_PLAIN = re.compile(r"[\\`*_{}\[\]$~^]")
CODE_INDENT = 4


def escape(text: str) -> str:
    """A plain text, such as a parameter's value, in one line: nothing in it is Markdown or HTML."""
    text = _PLAIN.sub(
        lambda found: f"\\{found[0]}" if found[0] not in "~^" else found[0], " ".join(text.split())
    )
    return _start(text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;"))


def prose(text: str) -> str:
    """An entry's Markdown; its headings stand below the page's own."""
    return "".join(piece if is_code else _inline(piece) for is_code, piece in _blocks(text))


def line(text: str) -> str:
    """The same in one line, for headings and list items."""
    return _start(" ".join(_inline(" ".join(text.split()).replace("$$", "$")).split()))


def label(text: str) -> str:
    """The same as the text of a link: brackets in it are text."""
    return re.sub(r"(?<!\\)[\[\]]", r"\\\g<0>", line(text))


def plain(text: str) -> str:
    """Without Markdown's marks, for titles and descriptions that are no Markdown."""
    text = re.sub(r"(?<!\\)\${1,2}([^$]{1,1000})\${1,2}", r"\1", text)
    text = re.sub(r"`{1,3}([^`]{1,300})`{1,3}", r"\1", text)
    text = re.sub(r"(?<![\w*_\\])(\*{1,2}|_{1,2})(?=\S)([^*_]+)(?<=\S)\1(?![\w*_])", r"\2", text)
    return " ".join(re.sub(r"(?<!\\)\[([^\]]{0,300})\]\([^)]{0,500}\)", r"\1", text).split())


def code(text: str) -> str:
    """A text as inline code, whatever it contains."""
    text = " ".join(text.split())
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def link(address: str) -> str:
    """A web address, or nothing where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    safe = parts.scheme in {"http", "https"} and parts.netloc
    return (
        re.sub(r"[\s<>\"'()\\\[\]{}`*_$]", lambda found: f"%{ord(found[0]):02X}", address)
        if safe
        else ""
    )


def _blocks(text: str) -> Iterator[tuple[bool, str]]:
    """Split into (is it code, text): fences, and lines indented as code."""
    written: list[str] = []
    rows = iter(text.splitlines(keepends=True))
    before, in_list = "", False
    for row in rows:
        opens = _OPENS.match(row.rstrip("\n"))
        bare = row.strip()
        if bare and not row[0].isspace():
            in_list = bool(_ITEM.match(row)) or (in_list and bool(before.strip()))
        is_code = (
            bool(bare)
            and not in_list
            and len(row.expandtabs(4)) - len(row.expandtabs(4).lstrip()) >= CODE_INDENT
        )
        if opens and not is_code:
            yield False, "".join(written)
            written = []
            yield True, _fence(opens, rows)
        elif is_code and not (
            before.strip() and written
        ):  # an indented line goes on with a paragraph above it
            yield False, "".join(written)
            written = []
            yield True, row
            continue
        else:
            written.append(row)
        before = row
    yield False, "".join(written)


def _fence(opens: re.Match[str], rows: Iterator[str]) -> str:
    """A fence as it stands, its header cut down to the language."""
    inner, mark = [], opens["mark"]
    for row in rows:
        if re.fullmatch(rf"[> \t]*{re.escape(mark)}{mark[0]}*[ \t]*", row.rstrip("\n")):
            break
        inner.append(row if row.endswith("\n") else f"{row}\n")
    language = re.match(r"[\w+#-]*", opens["info"])[0]
    return f"{opens['indent']}{mark}{language}\n{''.join(inner)}{opens['indent']}{mark}\n"


def _inline(text: str) -> str:
    pieces, end = [], 0
    links = {found.start() for found in _LINK.finditer(text)}
    for found in _PIECES.finditer(text):
        pieces += [_words(text[end : found.start()], end, links), _piece(found)]
        end = found.end()
    return "".join([*pieces, _words(text[end:], end, links)])


def _piece(found: re.Match[str]) -> str:
    if found["display"] is None:
        return found[0]
    before = found["before"] or ""
    before = before if len(before.expandtabs(4)) >= CODE_INDENT else ""  # less belongs to no list
    rows = [
        f"{before}{row.strip()}" for row in found["display"].strip().splitlines() if row.strip()
    ]
    return "\n".join(
        ["", "", f"{before}$$", *rows, f"{before}$$", "", ""]
    )  # maths on display stands alone


def _words(text: str, start: int, links: set[int]) -> str:
    """Escape attribute lists, and what is no maths, no code and no link; `start`: of the text."""

    def escaped(found: re.Match[str]) -> str:
        return found[0] if start + found.start() in links else f"\\{found[0]}"

    text = re.sub(r"(?<!\\)[{$`\[]", escaped, text)
    return _HEADING.sub(r"\1###", _NESTED.sub(r"\g<0>\\", text))


def _start(text: str) -> str:
    """A text that begins no list, heading or other block."""
    if not _STARTS.match(text):
        return text
    return (
        f"&#{ord(text[0])};{text[1:]}"
        if not text[0].isdigit()
        else re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    )


def in_cell(written: str) -> str:
    """A line of Markdown inside a table's cell: no bar in it ends the cell."""
    pieces, end = [], 0
    for found in _PIECES.finditer(written):
        pieces += [written[end : found.start()].replace("|", "&#124;"), _barless(found)]
        end = found.end()
    return "".join([*pieces, written[end:].replace("|", "&#124;")])


def _barless(found: re.Match[str]) -> str:
    if found["code"] is not None:
        return found[0]  # tables leave bars in code alone
    return found[0].replace("\\|", r"\Vert ").replace("|", r"\vert ")
