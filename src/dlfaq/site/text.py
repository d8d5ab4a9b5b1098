"""Texts of entries as Markdown that is safe to put on a page: what they contain is shown, never run.

An entry may use Markdown, maths in `$…$` and `$$…$$`, inline code and code fences. Everything else that a Markdown
processor with its extensions would obey (HTML, attribute lists, script addresses) is escaped.
"""

import re
from urllib.parse import urlsplit

from dlfaq.site.fence import NAME as FENCE

_FENCE = re.compile(
    r"^(?P<indent>[> \t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)\n(?P<body>.*?)(?:^[> \t]*(?P=mark)[ \t]*$|\Z)", re.M | re.S
)
_PIECES = re.compile(r"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))|\$\$(?P<display>.+?)\$\$|(?<![\\$\w])\$(?P<maths>[^\s$](?:[^$\n]*?[^\s$\\])?)\$(?![\w$])", re.S)
_LINK = re.compile(r"\]\(\s*(?P<address>[^)\s]*)(?P<rest>[^)]*)\)")
_DEFINITION = re.compile(r"^( {0,3})(\[[^\]\n]+\]:|\*\[[^\]\n]+\]:|!!!|\?\?\?|===|--8<--)", re.M)
_SAFE = ("", "http", "https")


def escape(text: str) -> str:
    """A plain text, such as a parameter's value: nothing in it is Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|$~^=:<>&])", lambda found: f"&#{ord(found[1])};", " ".join(text.split()))


def prose(text: str) -> str:
    """An entry's Markdown, made safe."""
    pieces, end = [], 0
    for fence in _FENCE.finditer(text):
        pieces += [_inline(text[end : fence.start()]), _fence(fence)]
        end = fence.end()
    return _ours("".join([*pieces, _inline(text[end:])]))


def line(text: str) -> str:
    """The same in one line, for headings, list items and table cells."""
    return _ours(_inline(" ".join(text.split())).replace("|", "&#124;"))


def plain(text: str) -> str:
    """Without Markdown's marks, for titles and descriptions that are no Markdown."""
    text = re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", text)
    return " ".join(re.sub(r"\$+", "", text).split())


def link(address: str) -> str:
    """A web address, or nothing where it is none."""
    parts = urlsplit(address)
    safe = parts.scheme in {"http", "https"} and parts.netloc
    return re.sub(r"[\s<>\"'()\\]", lambda found: f"%{ord(found[0]):02X}", address) if safe else ""


def _ours(text: str) -> str:
    """Only the page writer may speak of the fence that carries markup."""
    return text.replace(FENCE, FENCE.replace("-", "&#45;"))


def _fence(fence: re.Match[str]) -> str:
    language = re.match(r"[A-Za-z0-9+#-]*", fence["info"])[0]
    mark = "`" * max(4, *(len(run) + 1 for run in re.findall(r"`+", fence["body"])), 4)
    body = fence["body"] if fence["body"].endswith("\n") else fence["body"] + "\n"
    return f"{fence['indent']}{mark}{language}\n{body}{fence['indent']}{mark}"


def _inline(text: str) -> str:
    pieces, end = [], 0
    for found in _PIECES.finditer(text):
        pieces += [_words(text[end : found.start()]), _piece(found)]
        end = found.end()
    return "".join([*pieces, _words(text[end:])])


def _piece(found: re.Match[str]) -> str:
    if found["code"]:
        return found["code"]
    # < and > as commands: Markdown must not see the beginning of a tag, and KaTeX reads either
    maths = (found["display"] or found["maths"]).strip()
    maths = maths.replace("<", r"\lt ").replace(">", r"\gt ")
    return f"\n\\[\n{maths}\n\\]\n" if found["display"] else f"\\({maths}\\)"


def _words(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("{", "&#123;").replace("}", "&#125;")
    text = text.replace("$", "&#36;").replace("\\(", "&#92;(").replace("\\[", "&#92;[")
    text = _DEFINITION.sub(lambda found: f"{found[1]}&#{ord(found[2][0])};{found[2][1:]}", text)
    text = re.sub(r":(?=[\w+-]+:)", "&#58;", text)  # :name: would become an icon
    return _LINK.sub(_address, text)


def _address(found: re.Match[str]) -> str:
    address = found["address"].replace("&amp;", "&")
    scheme = re.match(r"\s*([A-Za-z][\w+.-]*):", address)
    safe = not scheme or scheme[1].lower() in _SAFE
    return found[0] if safe and "&#" not in address else "]()"
