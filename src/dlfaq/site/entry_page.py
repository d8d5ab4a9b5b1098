"""The page of an entry: what to do first, then why, then where it holds and where it does not."""

from collections.abc import Iterator
from textwrap import indent

from dlfaq.knowledge.citations import short_name
from dlfaq.knowledge.entry import Entry, Part, Reference
from dlfaq.knowledge.placeholders import render
from dlfaq.site.answer import anchor, bare, box, cited
from dlfaq.site.claims import Signatures, claims
from dlfaq.site.explorer import explorer
from dlfaq.site.figures.fence import fence
from dlfaq.site.shared import NOT_YET, Known, front_matter, link_to, mark, tally
from dlfaq.site.text import escape, label, line, link, prose

DRAFT = "This is a draft: what it says was not finished, and nothing was recorded."


def entry_page(entry: Entry, known: Known, signatures: Signatures) -> str:
    """The page as Markdown."""
    parts = [
        front_matter(entry.question, bare(entry, entry.short, known), answers=True, wide=True),
        f"# {line(entry.question)}\n",
        f"{_count(entry, known)}\n{{ .dl-count }}\n",
        *_state(entry),
        *box(entry, known),
        *_plots(entry, known),
        *explorer(entry, known),
        *(row for part in entry.answer.parts for row in _part(entry, part, known)),
        *claims(entry, known, signatures),
        *_sources(entry, known),
        *_references(entry),
        *_related(entry, known),
    ]
    topics = ", ".join(
        f"[{label(known.faq.topics[topic])}](../topics/{topic}.md)" for topic in entry.topics
    )
    return "\n".join([*parts, f"Topics: {topics}\n{{ .dl-count }}\n"])


def _count(entry: Entry, known: Known) -> str:
    """What kinds of claims it rests on, in one line."""
    if entry.id not in known.evidence:
        return f"{NOT_YET.capitalize()}."
    found = tally([entry], known)
    return "; ".join(filter(None, [f"**{found.words()}**", found.confirmed()]))


def _state(entry: Entry) -> Iterator[str]:
    if entry.draft:
        yield f"{DRAFT}\n{{ .dl-state }}\n"


def _plots(entry: Entry, known: Known) -> Iterator[str]:
    """What the phenomenon looks like, with the numbers behind it."""
    evidence = known.evidence.get(entry.id)
    for place, plot in enumerate(entry.plots, 1):
        if evidence and evidence.plots.get(plot.key):
            measured = f"Measured for [{plot.claim}](#{plot.claim})."
            yield f"{line(plot.shows)} {measured}\n{{ .dl-shows }}\n"
            yield fence("plot", entry.id, str(place))
            yield '??? note "The numbers of this plot"\n'
            yield indent(fence("plot-numbers", entry.id, str(place)), "    ")


def _part(entry: Entry, part: Part, known: Known) -> Iterator[str]:
    yield f"## {line(part.title)} {{ #{part.id} }}\n"
    yield f"{prose(cited(entry, part.text, known))}\n"


def _sources(entry: Entry, known: Known) -> Iterator[str]:
    """The rulings that a reader of the page needs; the ledger has all."""
    shown = [source for source in entry.sources if source.page]
    if not shown:
        return
    yield "## What you may have read elsewhere { #sources }\n"
    evidence = known.evidence.get(entry.id)
    for source in shown:
        title = known.faq.documents[source.document].title
        where = f", {escape(source.where)}" if source.where else ""
        shown_by = ", ".join(f"[{claim}](#{claim})" for claim in source.claims)
        because = line(render(source.because, evidence.values if evidence else {}))
        rest = " ".join(filter(None, [because, f"Shown by {shown_by}." if shown_by else ""]))
        place = f"[{label(title)}](../sources/{source.document}.md){where}"
        yield f"- {mark(source.ruling)} {line(source.says)} ({place})  "
        yield f"  {rest}" if rest else ""
    yield ""


def _references(entry: Entry) -> Iterator[str]:
    if entry.references:
        yield "## References { #references data-search-exclude }\n"
        for one in entry.references:
            yield _reference(one)
        yield ""


def _reference(one: Reference) -> str:
    address = link(one.url)
    title = f"[{label(one.title)}]({address})" if address else line(one.title)
    purpose = f" Cited for {line(one.purpose).rstrip('.')}." if one.purpose else ""
    name = f"**{line(short_name(one))}**{{ #{anchor(one)} }} " if one.id else ""
    return f"- {name}{line(one.authors)} ({one.year}). {title}.{purpose}"


def _related(entry: Entry, known: Known) -> Iterator[str]:
    """Both ways: what the entry names, and what names it."""
    naming = known.naming.get(entry.id, [])
    names = [name for name in dict.fromkeys([*entry.related, *naming]) if name in known.entries]
    names = [name for name in names if name != entry.id]
    if names:
        yield "## Related questions { #related data-search-exclude }\n"
        yield from (f"- {link_to(known.entry(name), '')}" for name in names)
        yield ""
