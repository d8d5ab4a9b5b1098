"""Planned questions: the page of each, and the list of them all. None of them is an answer."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dlfaq.ask.freshness import read_index
from dlfaq.ask.vectors import cosine, unpacked
from dlfaq.knowledge.entry import Entry, Faq, Planned
from dlfaq.site.shared import Known, front_matter, listed
from dlfaq.site.text import code, escape, label, line

NEAREST = 3  # written entries that a page names
SAYS = "This is asked, and not answered here yet."
Meanings = Mapping[str, Sequence[int]]


def link_to_planned(one: Planned, folder: str) -> str:
    """A link to its page, which says that it is planned."""
    return f"[{label(one.question)}]({folder}{one.id}.md) *planned*{{ .dl-planned }}"


def planned_list(planned: Iterable[Planned], folder: str) -> Iterator[str]:
    """A list of planned questions."""
    yield from (f"- [{label(one.question)}]({folder}{one.id}.md)" for one in planned)


def planned_pages(known: Known) -> Iterator[tuple[str, str]]:
    """The pages with their paths, and the page of them all by topic."""
    faq = known.faq
    if not faq.planned:
        return
    meanings = read_index(faq.root, _meanings)
    yield "planned.md", _all(faq)
    for one in faq.planned:
        yield f"questions/{one.id}.md", _page(one, known, meanings)


def _all(faq: Faq) -> str:
    parts = [
        front_matter("Planned"),
        "# Planned questions\n",
        "Asked, and not answered here yet.\n",
    ]
    for topic, title in faq.topics.items():
        main = [one for one in faq.planned if one.topics[0] == topic]
        if main:
            parts += [f"## {line(title)} {{ #{topic} }}\n", *planned_list(main, "questions/"), ""]
    return "\n".join(parts) + "\n"


def _page(one: Planned, known: Known, meanings: Meanings) -> str:
    parts = [
        front_matter(one.question, SAYS, wide=True),
        f"# {line(one.question)}\n",
        f"**Planned.** {SAYS}\n{{ .dl-state }}\n",
        *_nearest(one, known, meanings),
        *_asked(one),
        *_said(one, known.faq),
        "## Answer it { #contribute }\n",
        f"{code(f'dlfaq new {one.id}')} writes the draft of this entry, with all that stands here. "
        "Say what to do, and let an experiment decide whether it is true: "
        "[how to write an entry](../writing.md).\n",
    ]
    topics = ", ".join(
        f"[{label(known.faq.topics[topic])}](../topics/{topic}.md)" for topic in one.topics
    )
    return "\n".join([*parts, f"Topics: {topics}\n{{ .dl-count }}\n"])


def _nearest(one: Planned, known: Known, meanings: Meanings) -> Iterator[str]:
    """Written entries of the same topics, what is nearest in meaning first."""
    sharing = [entry for entry in known.faq.entries if set(entry.topics) & set(one.topics)]
    own = meanings.get(one.id)

    def near(entry: Entry) -> float:
        other = meanings.get(entry.id)
        return cosine(own, other) if own and other else 0.0

    found = sorted(sharing, key=near, reverse=True)[:NEAREST]
    if found:
        yield "## The nearest answers { #nearest }\n"
        yield from listed(found, known, "")
        yield ""


def _asked(one: Planned) -> Iterator[str]:
    if one.also_asked:
        yield "## How it is asked { #asked }\n"
        yield from (f"- {escape(asked)}" for asked in one.also_asked)
        yield ""


def _said(one: Planned, faq: Faq) -> Iterator[str]:
    """What the source documents say on it, without a ruling."""
    if one.sources:
        yield "## What the sources say, not yet checked { #sources }\n"
        for source in one.sources:
            title = faq.documents[source.document].title
            where = f", {escape(source.where)}" if source.where else ""
            place = f"[{label(title)}](../sources/{source.document}.md){where}"
            yield f"- {line(source.says)} ({place})"
        yield ""


def _meanings(db: sqlite3.Connection) -> Meanings:
    rows = db.execute("SELECT id, centre FROM meanings JOIN entries USING (num)")
    return {name: unpacked(centre) for name, centre in rows}
