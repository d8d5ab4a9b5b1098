"""What several pages share: front matter, the marks of claims, counts."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from dlfaq.errors import Problem
from dlfaq.evidence.record import ClaimEvidence, Evidence, Side
from dlfaq.evidence.verdict import Verdict
from dlfaq.knowledge.entry import KINDS, Claim, Entry, Faq
from dlfaq.site.text import label, plain

NOT_YET = "not measured yet"
KIND_WORDS = {"measured": "measured", "exact": "exact", "library": "PyTorch"}
COUNT_WORDS = {"measured": "measured", "exact": "exact", "library": "of PyTorch"}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Known:
    """The FAQ and what was measured of it, by entry.

    Attributes:
        problems: What is to be mended in the evidence that could not be read.
    """

    faq: Faq
    evidence: Mapping[str, Evidence]
    problems: tuple[Problem, ...] = ()

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The entries by id."""
        return {entry.id: entry for entry in self.faq.entries}

    @cached_property
    def naming(self) -> Mapping[str, list[str]]:
        """By id: the entries that name this one as related."""
        found: dict[str, list[str]] = {}
        for entry in self.faq.entries:
            for name in entry.related:
                found.setdefault(name, []).append(entry.id)
        return found

    def entry(self, name: str) -> Entry:
        """An entry by id; KeyError if there is none."""
        return self.entries[name]

    def of(self, entry: Entry, claim: Claim) -> ClaimEvidence | None:
        """What was measured of a claim; None if nothing was recorded."""
        evidence = self.evidence.get(entry.id)
        return evidence.claims.get(claim.id) if evidence else None


@dataclass(frozen=True)
class Tally:
    """How many claims hold, by kind; how many do not, by verdict; how often they were confirmed.

    Attributes:
        seeds: For each claim that holds, the number of seeds on which it does.
        replicates: All that were run, under conditions too.
    """

    holds: Mapping[str, int]
    others: Mapping[str, int]
    seeds: tuple[int, ...]
    replicates: int

    def words(self) -> str:
        """For example `9 measured, 3 exact, 2 of PyTorch`; what does not hold is named."""
        good = [
            f"{self.holds[kind]:,} {COUNT_WORDS[kind]}" for kind in KINDS if self.holds.get(kind)
        ]
        bad = [f"{count} {word}" for word, count in self.others.items()]
        return "; ".join(filter(None, [", ".join(good), ", ".join(bad)]))

    def confirmed(self) -> str:
        """On how many seeds; empty if on the first alone."""
        most = max(self.seeds, default=1)
        if most == 1:
            return ""
        said = f"confirmed on {_number(most)} seeds"
        count = self.seeds.count(most)
        return said if count == len(self.seeds) else f"{count} of {len(self.seeds)} {said}"


def tally(entries: Iterable[Entry], known: Known) -> Tally:
    """Count the claims of some entries."""
    holds: dict[str, int] = {}
    others: dict[str, int] = {}
    seeds, replicates = [], 0
    for entry in entries:
        for claim in entry.claims:
            found = known.of(entry, claim)
            if found and is_good(found):
                holds[claim.kind] = holds.get(claim.kind, 0) + 1
                seeds.append(1 + len(found.seeds))
            else:
                word = found.verdict if found else NOT_YET
                others[word] = others.get(word, 0) + 1
            if found:
                sides = (found.own, *found.holds_under.values(), *found.fails_under.values())
                replicates += sum(map(_replicates, sides))
    return Tally(holds, others, tuple(seeds), replicates)


def is_good(evidence: ClaimEvidence) -> bool:
    """Whether a reader may rely on the claim."""
    return any(evidence.verdict == verdict.word and verdict.is_good for verdict in Verdict)


def front_matter(
    title: str,
    description: str = "",
    *,
    answers: bool = False,
    wide: bool = False,
    bare: bool = False,
) -> str:
    """The page's head.

    Every text is quoted, since MkDocs drops what it cannot read without a word, and escaped, since
    the theme puts titles and descriptions into HTML as they are. What machines read (`faq`) goes
    through JSON and stays as it is.

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
    return "\n".join(
        ["---", *(f"{name}: {json.dumps(value)}" for name, value in fields.items()), "---", ""]
    )


def mark(word: str, kind: str = "") -> str:
    """A verdict, a kind or a ruling: the style gives it an icon and a colour beside its word."""
    kind = kind or (re.sub(r"[^a-z]", "", word.split(maxsplit=1)[0]) if word else "")
    return f"*{word}*{{ .verdict .verdict--{kind} }}"


def claim_mark(claim: Claim, evidence: ClaimEvidence | None) -> str:
    """The kind of a claim that holds; of another its verdict."""
    if evidence is None:
        return mark(NOT_YET)
    if is_good(evidence):
        return mark(KIND_WORDS[claim.kind], claim.kind)
    return mark(evidence.verdict)


def counted(entry: Entry, known: Known) -> str:
    """How many of an entry's claims hold, by kind."""
    return tally([entry], known).words() if entry.id in known.evidence else NOT_YET


def link_to(entry: Entry, folder: str) -> str:
    """A link to an entry's page from a page that sees the questions under `folder`."""
    return f"[{label(entry.question)}]({folder}{entry.id}.md)"


def listed(entries: Iterable[Entry], known: Known, folder: str) -> Iterator[str]:
    """A list of questions, each with what was measured of it."""
    for entry in entries:
        yield f"- {link_to(entry, folder)}  "
        yield f"  *{counted(entry, known)}*{{ .dl-count }}"


def _replicates(side: Side) -> int:
    return sum(point.replicates for point in side.points)


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
