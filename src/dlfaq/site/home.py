"""The home page: the search, what is asked most, the topics, what makes the FAQ different."""

from collections.abc import Iterator

from dlfaq.knowledge.entry import Entry
from dlfaq.site.shared import Known, front_matter, link_to, listed, tally, torch_versions
from dlfaq.site.text import escape, label

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
        # the script makes a field of it
        f"[{_invitation(known)}](questions/index.md)\n{{ .dl-ask }}\n",
        *_front(known),
        *_topics(known),
        f"{mark.lstrip()}{rest}\n",
    ]
    if known.evidence:
        counted = tally(known.faq.entries, known)
        said = f"**Claims that hold: {counted.words()}**, over {counted.replicates:,} replicates"
        parts.append(f"{said}, on torch {escape(torch_versions(known))}.\n{{ .dl-live }}\n")
    return "\n".join(parts)


def _invitation(known: Known) -> str:
    count = len(known.faq.entries)
    return f"Search {count:,} questions" if count != 1 else "Search the questions"


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
        if entries:
            yield f"- **[{label(title)}](topics/{topic}.md)**  "
            yield f"  *{_counts(entries, known)}*{{ .dl-count }}"
            yield ""
            yield from (f"    - {link_to(entry, 'questions/')}" for entry in _first(entries, topic))
            yield ""


def _counts(entries: list[Entry], known: Known) -> str:
    plural = "s" if len(entries) != 1 else ""
    counted = tally((entry for entry in entries if entry.id in known.evidence), known).words()
    return f"{len(entries)} question{plural}{f': {counted}' if counted else ''}"


def _first(entries: list[Entry], topic: str) -> list[Entry]:
    """Those whose main topic it is come before those that only touch it."""
    return sorted(entries, key=lambda entry: entry.topics[0] != topic)[:FEW]
