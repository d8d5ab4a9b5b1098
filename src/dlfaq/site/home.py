"""The home page: the search, what people see and what helps, one answer whole, the topics."""

from collections.abc import Iterable, Iterator

from dlfaq.knowledge.entry import Entry, Planned
from dlfaq.site.example import example
from dlfaq.site.planned import link_to_planned
from dlfaq.site.shared import Known, front_matter, link_to, listed, tally
from dlfaq.site.text import label, line

FEW = 3  # questions on a topic's card


def home(known: Known, welcome: str) -> str:
    """The page as Markdown.

    Args:
        known: The FAQ and its evidence.
        welcome: The hand-written text. Up to its first `##` it begins the page; the rest ends it.
    """
    begin, mark, rest = welcome.strip().partition("\n## ")
    parts = [
        front_matter("Home", wide=True, bare=True),
        begin or "# Questions and answers",
        "",
        *_live(known),
        # the script makes a field of it
        f"[{_invitation(known)}](questions/index.md)\n{{ .dl-ask }}\n",
        *_symptoms(known),
        *_front(known),
        *example(known),
        *_topics(known),
        f"{mark.lstrip()}{rest}\n",
    ]
    return "\n".join(parts)


def _live(known: Known) -> Iterator[str]:
    """The one number: how many claims stand behind the answers."""
    counted = tally((one for one in known.faq.entries if one.id in known.evidence), known)
    if count := sum(counted.holds.values()):
        claims = "claim stands" if count == 1 else "claims stand"
        yield f"**{count:,} {claims} behind the answers**, and you can run each again."
        yield "{ .dl-live }\n"


def _invitation(known: Known) -> str:
    count = len(known.faq.entries)
    return f"Search {count:,} answers" if count != 1 else "Search the answers"


def _symptoms(known: Known) -> Iterator[str]:
    """A card a symptom: what someone sees, and the questions whose answers help."""
    if not known.faq.symptoms:
        return
    yield "## What do you see? { #symptoms .dl-cards }\n"
    planned = {one.id: one for one in known.faq.planned}
    for symptom in known.faq.symptoms:
        yield f"- **{line(symptom.seen)}**\n"
        written = [known.entry(name) for name in symptom.entries if name in known.entries]
        yield from (f"    - {link_to(entry, 'questions/')}" for entry in written)
        waiting = [planned[name] for name in symptom.entries if name in planned]
        yield from (f"    - {link_to_planned(one, 'questions/')}" for one in waiting)
        yield ""


def _front(known: Known) -> Iterator[str]:
    if known.faq.front:
        yield "## Asked most { #asked-most .dl-front }\n"
        yield from listed(map(known.faq.entry, known.faq.front), known, "questions/")
        yield ""


def _topics(known: Known) -> Iterator[str]:
    """A card a topic: its title, what is in it, and the first of its questions."""
    yield "## Topics { #topics .dl-cards }\n"
    for topic, title in known.faq.topics.items():
        entries = [entry for entry in known.faq.entries if topic in entry.topics]
        planned = [one for one in known.faq.planned if topic in one.topics]
        if entries or planned:
            yield f"- **[{label(title)}](topics/{topic}.md)**  "
            yield f"  *{counts(entries, planned)}*{{ .dl-count }}"
            yield ""
            yield from (f"    - {link_to(entry, 'questions/')}" for entry in _first(entries, topic))
            yield ""


def counts(entries: Iterable[Entry], planned: Iterable[Planned]) -> str:
    """How many questions are answered, and how many are planned."""
    answered, waiting = len([*entries]), len([*planned])
    said = f"{answered} answer{'s' if answered != 1 else ''}"
    return f"{said}, {waiting} planned" if waiting else said


def _first(entries: list[Entry], topic: str) -> list[Entry]:
    """Those whose main topic it is come before those that only touch it."""
    return sorted(entries, key=lambda entry: entry.topics[0] != topic)[:FEW]
