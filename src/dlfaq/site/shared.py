"""What several pages share: front matter, verdicts, counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from dlfaq.knowledge.entry import Entry, Faq
from dlfaq.site.text import plain
from dlfaq.verify.evidence import Evidence

ICONS = {
    "verified": "check-circle", "refuted": "close-circle", "inconclusive": "help-circle", "vacuous": "circle-outline",
    "true": "check-circle", "false": "close-circle", "conditional": "help-circle", "untestable": "circle-outline",
}  # fmt: skip
NOT_YET = "not verified yet"


@dataclass(frozen=True)
class Known:
    """The FAQ and what was measured of it, by entry."""

    faq: Faq
    evidence: Mapping[str, Evidence]


def front_matter(title: str, description: str = "", *, answers: bool = False) -> str:
    """The page's head.

    Every text is quoted, since MkDocs drops what it cannot read without a word, and escaped, since the theme puts titles
    and descriptions into HTML as they are. What machines read (`faq`) goes through JSON and stays as it is.

    Args:
        title: The page's title in the navigation.
        description: For search engines; may be empty.
        answers: Whether the page answers the question in its title.
    """
    title, description = plain(title), plain(description)
    fields: dict[str, object] = {"title": escape(title, quote=True)}
    if description:
        fields["description"] = escape(description, quote=True)
    if answers:
        fields["faq"] = {"question": title, "answer": description}
    return "\n".join(["---", *(f"{name}: {json.dumps(value)}" for name, value in fields.items()), "---", ""])


def mark(word: str) -> str:
    """A verdict or a ruling with its icon and its word: never colour alone."""
    icon = ICONS.get(word, "circle-outline")
    return f'<span class="verdict verdict--{word.split(maxsplit=1)[0]}">:material-{icon}: {word}</span>'


def counted(entry: Entry, known: Known) -> str:
    """How many of an entry's claims are verified."""
    evidence = known.evidence.get(entry.id)
    if evidence is None:
        return NOT_YET
    verified = sum(claim.verdict == "verified" for claim in evidence.claims.values())
    return f"{verified} of {len(entry.claims)} claims verified"
