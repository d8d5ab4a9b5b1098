"""Every page of the site as Markdown: `{path: text}`, from the FAQ and its evidence."""

from collections.abc import Iterator

from dlfaq.knowledge.entry import Entry, Faq
from dlfaq.knowledge.simulations import read_simulation, simulation_names
from dlfaq.site.entry_page import entry_page
from dlfaq.site.shared import Known, counted, front_matter, mark
from dlfaq.site.simulation_page import simulation_page
from dlfaq.site.text import escape, line
from dlfaq.verify.evidence import read

LEDGER_ORDER = ("false", "conditional", "true", "untestable")


def pages(faq: Faq) -> dict[str, str]:
    """The generated pages, by their path below the docs folder."""
    known = Known(faq, {entry.id: found for entry in faq.entries if (found := read(faq.root, entry.id))})
    made = {"index.md": _home(known), "sources.md": _ledger(known), "simulations/index.md": _simulations(known)}
    made["questions/index.md"] = _questions(known)
    for entry in faq.entries:
        made[f"questions/{entry.id}.md"] = entry_page(entry, known)
    for topic in faq.topics:
        if any(topic in entry.topics for entry in faq.entries):
            made[f"topics/{topic}.md"] = _topic(topic, known)
    for name in simulation_names(faq.root):
        made[f"simulations/{name}.md"] = simulation_page(read_simulation(faq.root, name), known)
    return made


def _home(known: Known) -> str:
    claims = [claim for evidence in known.evidence.values() for claim in evidence.claims.values()]
    verified = sum(claim.verdict == "verified" for claim in claims)
    replicates = sum(
        point.replicates for claim in claims for side in (claim.claim, *claim.controls)
        for judged in side.expectations for point in judged.points
    )  # fmt: skip
    torch = ", ".join(sorted({evidence.torch for evidence in known.evidence.values()}))
    parts = [
        front_matter("Home"),
        "# Questions about training neural networks, answered and checked\n",
        "Each answer is broken into claims. Each claim predicts a number, a small PyTorch simulation measures it over many "
        "seeds, and a control shows that the check could have failed.\n",
    ]
    if claims:
        parts.append(
            f"**{verified} of {len(claims)} claims verified**, by {replicates:,} measurements, with torch {escape(torch)}.\n"
        )
    for topic, title in known.faq.topics.items():
        entries = [entry for entry in known.faq.entries if topic == entry.topics[0]]
        if entries:
            parts += [f"## [{line(title)}](topics/{topic}.md)\n", *_list(entries, known, "questions/"), ""]
    return "\n".join(parts)


def _list(entries: list[Entry], known: Known, where: str) -> Iterator[str]:
    for entry in entries:
        yield f"- [{line(entry.question)}]({where}{entry.id}.md)  \n  {counted(entry, known)}"


def _questions(known: Known) -> str:
    parts = [front_matter("Questions"), "# All questions\n", *_list(list(known.faq.entries), known, "")]
    if known.faq.planned:
        parts += ["\n## Planned\n", "Asked often, not answered here yet.\n"]
        parts += [f"- {line(one.question)}" for one in known.faq.planned]
    return "\n".join(parts) + "\n"


def _topic(topic: str, known: Known) -> str:
    title = known.faq.topics[topic]
    entries = [entry for entry in known.faq.entries if topic in entry.topics]
    return "\n".join([front_matter(title), f"# {line(title)}\n", *_list(entries, known, "../questions/")]) + "\n"


def _ledger(known: Known) -> str:
    """Each statement of each source document, its ruling and the claims that show it."""
    parts = [
        front_matter("Sources"),
        "# What the sources say\n",
        "Each statement of the source documents, in our words, with our ruling: true, conditional (true under conditions that "
        "the entry names), false, or untestable.\n",
    ]
    for document in known.faq.documents.values():
        ruled = [
            (entry, source) for entry in known.faq.entries for source in entry.sources if source.document == document.id
        ]
        if not ruled:
            continue
        by = ", ".join(filter(None, [document.author, str(document.year or "")]))
        parts.append(f"## {line(document.title)}{f' ({line(by)})' if by else ''} {{ #{document.id} }}\n")
        counts = [f"{sum(source.ruling == ruling for _, source in ruled)} {ruling}" for ruling in LEDGER_ORDER]
        parts.append(f"{len(ruled)} statements: {', '.join(counts)}.\n")
        for entry, source in ruled:
            claims = ", ".join(f"[{claim}](questions/{entry.id}.md#{claim})" for claim in source.claims)
            where = f" ({line(source.where)})" if source.where else ""
            parts.append(
                f"- {mark(source.ruling)} {line(source.says)}{where}  \n  "
                f"[{line(entry.question)}](questions/{entry.id}.md#sources){f': {claims}' if claims else ''}"
            )
        parts.append("")
    return "\n".join(parts)


def _simulations(known: Known) -> str:
    parts = [front_matter("Simulations"), "# Simulations\n", "The experiments that the claims are measured with.\n"]
    for name in simulation_names(known.faq.root):
        summary = read_simulation(known.faq.root, name).summary
        parts.append(f"- [`{name}`]({name}.md): {escape(summary)}")
    return "\n".join(parts) + "\n"
