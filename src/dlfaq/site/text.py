"""Texts of entries as Markdown that is safe to put on a page: what they contain is shown, never run.

An entry may use Markdown, maths in `$…$` and `$$…$$`, inline code and code fences. Code and maths become HTML here, with
every letter that means something escaped; in the rest, what a Markdown processor and its extensions would obey (HTML,
attribute lists, script addresses, fences of ours) is escaped. So no `<` of an entry ever reaches Markdown.
"""

import re
from collections.abc import Iterator
from html import escape as escape_html
from urllib.parse import urlsplit

from dlfaq.site.fence import wrap

_OPENS = re.compile(r"^(?P<indent>[> \t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_PIECES = re.compile(
    r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<before>^[ \t]*)?\$\$(?P<display>.+?)\$\$"
    r"|(?<![\\$\w])\$(?P<maths>[^\s$](?:[^$\n]*?[^\s$\\])?)\$(?![\w$])",
    re.DOTALL | re.MULTILINE,
)
_LINK = re.compile(r"\]\(\s*(?P<address>[^)\s]*)(?P<rest>[^)]*)\)")
_STARTS = re.compile(r"^( {0,3})(\[[^\]\n]*\]:|\*\[[^\]\n]*\]:|!!!|\?\?\?|===|--8<--)", re.MULTILINE)
_SPECIAL = re.compile(r"[^\w\s,;'\"?%/]|_")


def escape(text: str) -> str:
    """A plain text, such as a parameter's value: nothing in it is Markdown or HTML."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split()))


def prose(text: str) -> str:
    """An entry's Markdown, made safe."""
    return "".join(piece if is_code else _inline(piece) for is_code, piece in _fences(text))


def line(text: str) -> str:
    """The same in one line, for headings, list items and table cells."""
    return " ".join(_inline(" ".join(text.split()).replace("$$", "$")).split()).replace("|", "&#124;")


def plain(text: str) -> str:
    """Without Markdown's marks, for titles and descriptions that are no Markdown."""
    text = re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", text)
    return " ".join(re.sub(r"\$+", "", text).split())


def link(address: str) -> str:
    """A web address, or nothing where it is none."""
    parts = urlsplit(address)
    safe = parts.scheme in {"http", "https"} and parts.netloc
    return re.sub(r"[\s<>\"'()\\\[\]{}`*_]", lambda found: f"%{ord(found[0]):02X}", address) if safe else ""


def _fences(text: str) -> Iterator[tuple[bool, str]]:
    """Split into (is it a code fence made into HTML, text)."""
    written: list[str] = []
    lines = iter(text.splitlines(keepends=True))
    for row in lines:
        opens = _OPENS.match(row.rstrip("\n"))
        if not opens:
            written.append(row)
            continue
        yield False, "".join(written)
        written = []
        indent, code = opens["indent"], []
        for inner in lines:
            if re.fullmatch(rf"[> \t]*{re.escape(opens['mark'])}{opens['mark'][0]}*[ \t]*", inner.rstrip("\n")):
                break
            code.append(inner.removeprefix(indent))
        yield True, _code("".join(code), opens["info"], indent.replace(">", "").replace("\t", "    "))
    yield False, "".join(written)


def _code(code: str, info: str, indent: str) -> str:
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name((re.match(r"[\w+#-]+", info) or ["text"])[0])
    except ClassNotFound:
        lexer = TextLexer()
    return f"\n{wrap(highlight(code, lexer, HtmlFormatter(wrapcode=True)), indent)}\n"


def _inline(text: str) -> str:
    pieces, end = [], 0
    for found in _PIECES.finditer(text):
        pieces += [_words(text[end : found.start()]), _piece(found)]
        end = found.end()
    return "".join([*pieces, _words(text[end:])])


def _piece(found: re.Match[str]) -> str:
    if found["code"]:
        return f"<code>{escape(found['code'])}</code>"
    if found["maths"]:
        maths = escape(f"\\({found['maths']}\\)")
        return f'<span class="arithmatex">{maths}</span>'
    maths = escape_html(f"\\[\n{found['display'].strip()}\n\\]")
    markup = f'<div class="arithmatex">{maths}</div>'
    return f"\n\n{wrap(markup, found['before'] or '')}\n"


def _words(text: str) -> str:
    text = re.sub(r"[&<{}`~$]", lambda found: f"&#{ord(found[0])};", text)
    text = re.sub(r"\\(?=[(\[])", "&#92;", text)  # \( and \[ begin maths
    text = _STARTS.sub(lambda found: f"{found[1]}&#{ord(found[2][0])};{found[2][1:]}", text)
    text = re.sub(r":(?=[\w+-]+:)", "&#58;", text)  # :name: would become an icon
    return _LINK.sub(_address, text)


def _address(found: re.Match[str]) -> str:
    address = found["address"].replace("&#38;", "&")
    if re.match(r"https?://", address):
        return f"]({link(address)})"
    return found[0] if re.fullmatch(r"#?[\w./-]*", address) else "]()"
