"""What several pages share: front matter, verdicts, counts."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.site.text import label, plain
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Side

NOT_YET = "not verified yet"


@dataclass(frozen=True)
class Known:
    """The FAQ and what was measured of it, by entry."""

    faq: Faq
    evidence: Mapping[str, Evidence]

    def of(self, entry: Entry, claim: Claim) -> ClaimEvidence | None:
        """What was measured of a claim; None if nothing was recorded."""
        evidence = self.evidence.get(entry.id)
        return evidence.claims.get(claim.id) if evidence else None


def front_matter(
    title: str, description: str = "", *, answers: bool = False, wide: bool = False, bare: bool = False
) -> str:
    """The page's head.

    Every text is quoted, since MkDocs drops what it cannot read without a word, and escaped, since the theme puts titles
    and descriptions into HTML as they are. What machines read (`faq`) goes through JSON and stays as it is.

    Args:
        title: The page's title in the navigation.
        description: For search engines; may be empty.
        answers: Whether the page answers the question in its title.
        wide: Whether the page stands without the navigation at its side.
        bare: Whether it stands without its table of contents too.
    """
    title, description = plain(title), plain(description)
    fields: dict[str, object] = {"title": escape(title, quote=True)}
    if description:
        fields["description"] = escape(description, quote=True)
    if answers:
        fields["faq"] = {"question": title, "answer": description}
    if wide:
        fields["hide"] = ["navigation", "toc"] if bare else ["navigation"]
    return "\n".join(["---", *(f"{name}: {json.dumps(value)}" for name, value in fields.items()), "---", ""])


def mark(word: str) -> str:
    """A verdict or a ruling: the style gives it an icon and a colour beside its word."""
    kind = re.sub(r"[^a-z]", "", word.split(maxsplit=1)[0]) if word else ""
    return f"*{word}*{{ .verdict .verdict--{kind} }}"


def counted(entry: Entry, known: Known) -> str:
    """How many of an entry's claims are verified."""
    if entry.id not in known.evidence:
        return NOT_YET
    found = (known.of(entry, claim) for claim in entry.claims)
    verified = sum(one is not None and one.verdict == "verified" for one in found)
    return f"{verified} of {len(entry.claims)} claims verified"


def totals(entries: Iterable[Entry], known: Known) -> tuple[int, int, int]:
    """Claims verified, all claims, and the replicates that were run for them and for their controls."""
    verified = claims = replicates = 0
    for entry in entries:
        for claim in entry.claims:
            found = known.of(entry, claim)
            claims += 1
            if found:
                verified += found.verdict == "verified"
                replicates += sum(map(_replicates, (found.claim, *found.controls)))
    return verified, claims, replicates


def torch_versions(known: Known) -> str:
    """Which torch measured, as a word for a text."""
    return ", ".join(sorted({evidence.torch for evidence in known.evidence.values()}))


def link_to(entry: Entry, folder: str) -> str:
    """A link to an entry's page from a page that sees the questions under `folder`."""
    return f"[{label(entry.question)}]({folder}{entry.id}.md)"


def listed(entries: Iterable[Entry], known: Known, folder: str) -> Iterator[str]:
    """A list of questions, each with what is verified of it."""
    for entry in entries:
        yield f"- {link_to(entry, folder)}  "
        yield f"  *{counted(entry, known)}*{{ .dl-count }}"


def _replicates(side: Side) -> int:
    """Each point of the sweep counts; two expectations at one point share their replicates."""
    most: dict[tuple[tuple[str, object], ...], int] = {}
    for judged in side.expectations:
        for point in judged.points:
            key = tuple(sorted(point.at.items()))
            most[key] = max(most.get(key, 0), point.replicates)
    return sum(most.values())
