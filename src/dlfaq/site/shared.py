"""What several pages share: front matter, verdicts, counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

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


def front_matter(title: str, short: str = "", description: str = "") -> str:
    """The page's head; every text quoted, since MkDocs drops what it cannot read without a word."""
    title = short or title
    fields = {"title": plain(title), **({"description": plain(description)} if description else {})}
    return "\n".join(["---", *(f"{name}: {json.dumps(value)}" for name, value in fields.items()), "---", ""])


def mark(word: str) -> str:
    """A verdict or a ruling with its icon and its word: never colour alone."""
    icon = ICONS.get(word, "circle-outline")
    return f'<span class="verdict verdict--{word.split()[0]}">:material-{icon}: {word}</span>'


def counted(entry: Entry, known: Known) -> str:
    """How many of an entry's claims are verified."""
    evidence = known.evidence.get(entry.id)
    if evidence is None:
        return NOT_YET
    verified = sum(claim.verdict == "verified" for claim in evidence.claims.values())
    return f"{verified} of {len(entry.claims)} claims verified"
