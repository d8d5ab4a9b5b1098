"""What machines read: an overview of all answers, and each page as Markdown beside its HTML."""

import re
from pathlib import Path
from textwrap import indent

from dlfaq.site.answer import bare
from dlfaq.site.figures.fence import NAME, Drawing
from dlfaq.site.shared import Known, counted
from dlfaq.site.text import label

_HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FIGURE = re.compile(rf"^([ \t]*)```{NAME}\n(.*?)\n[ \t]*```\n", re.MULTILINE | re.DOTALL)
_STYLE = re.compile(
    r"(?<!\\)[ \t]*\{ [#.][^{}\n]*\}[ \t]*$|(?<=[*)])\{ [.#][^{}\n]* \}", re.MULTILINE
)
_BOX = re.compile(r'^(?:!!!|\?\?\?) \w+ "([^"\n]*)"\n((?:(?: {4}.*)?\n)*)', re.MULTILINE)
_FENCE = re.compile(r"(^`{3,}.*?^`{3,}[ \t]*$)", re.MULTILINE | re.DOTALL)
_RELATIVE = re.compile(r"(?<!\\)\]\((?!https?:)")


def overview(known: Known, welcome: str = "") -> str:
    """`llms.txt`: what this is, then each question with its address, answer and evidence."""
    title = re.search(r"^# (.+)$", welcome, re.MULTILINE)
    parts = [
        f"# {title[1].strip() if title else 'Questions and answers'}\n",
        "> Questions about training neural networks, answered, with measured claims.\n",
    ]
    parts.append("## Questions\n")
    for entry in known.faq.entries:
        short = bare(entry, entry.short, known)
        parts.append(
            f"- [{label(entry.question)}](questions/{entry.id}.md): "
            f"{short} ({counted(entry, known)})"
        )
    return "\n".join(parts) + "\n"


def readable(text: str, drawing: Drawing) -> str:
    """A page's Markdown without what only the site's own look needs."""

    def written(found: re.Match[str]) -> str:
        return indent(drawing.as_markdown(found[2]), found[1])

    text = _FIGURE.sub(written, _HEAD.sub("", text))
    pieces = _FENCE.split(text)  # code stays as it is
    pieces[::2] = [_BOX.sub(_opened, _STYLE.sub("", piece)) for piece in pieces[::2]]
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip() + "\n"


def write_copies(source: Path, output: Path, address: str, drawing: Drawing) -> None:
    """Put each page's Markdown beside its HTML, and whole addresses into `llms.txt`."""
    for path in source.rglob("*.md"):
        target = output / path.relative_to(source)
        if target.parent.is_dir():
            target.write_text(readable(path.read_text("utf-8"), drawing), "utf-8")
    llms = output / "llms.txt"
    if address and llms.is_file():
        whole = f"]({address.rstrip('/')}/"
        llms.write_text(_RELATIVE.sub(lambda _: whole, llms.read_text("utf-8")), "utf-8")


def _opened(found: re.Match[str]) -> str:
    body = re.sub(r"^ {4}", "", found[2], flags=re.MULTILINE)
    return f"**{found[1]}**\n\n{body.lstrip()}"
