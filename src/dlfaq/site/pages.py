"""Every page of the site as Markdown: `{path: text}`, from the FAQ and its evidence."""

from collections.abc import Iterable, Iterator

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.entry import Entry, Faq
from dlfaq.knowledge.simulations import read_simulation, simulation_names
from dlfaq.site.entry_page import entry_page
from dlfaq.site.ledger import ledger
from dlfaq.site.shared import Known, counted, front_matter, link_to, torch_versions, totals
from dlfaq.site.simulation_page import simulation_page
from dlfaq.site.text import escape, label, line
from dlfaq.verify.evidence import Evidence, read


def pages(faq: Faq, welcome: str = "") -> dict[str, str]:
    """The generated pages, by their path below the docs folder.

    Args:
        faq: What is asked and answered.
        welcome: The hand-written beginning of the home page.

    Raises:
        Problems: If an evidence file or a simulation cannot be read.
    """
    known = Known(faq, _evidence(faq))
    made = {"index.md": _home(known, welcome), "questions/index.md": _questions(known), "sources.md": ledger(faq)}
    made |= {f"questions/{entry.id}.md": entry_page(entry, known) for entry in faq.entries}
    for topic in faq.topics:
        if any(topic in entry.topics for entry in faq.entries):
            made[f"topics/{topic}.md"] = _topic(topic, known)
    names = simulation_names(faq.root)
    made |= {f"simulations/{name}.md": simulation_page(read_simulation(faq.root, name), known) for name in names}
    made["simulations/index.md"] = _simulations(names, known)
    return made


def _evidence(faq: Faq) -> dict[str, Evidence]:
    found, problems = {}, []
    for entry in faq.entries:
        try:
            evidence = read(faq.root, entry.id)
        except ValueError as error:
            mend = f"Measure it again: dlfaq verify {entry.id} --record"
            problems.append(Problem(f"evidence/{entry.id}.json", None, f"{error}.", mend))
            continue
        if evidence:
            found[entry.id] = evidence
    if problems:
        raise Problems(problems)
    return found


def _home(known: Known, welcome: str) -> str:
    verified, claims, replicates = totals(known.faq.entries, known)
    parts = [front_matter("Home", wide=True), welcome.strip() or "# Questions and answers", ""]
    if known.evidence:
        said = f"**{verified} of {claims} claims verified**, over {replicates:,} replicates"
        parts.append(f"{said}, on torch {escape(torch_versions(known))}.\n{{ .dl-live }}\n")
    for topic, title in known.faq.topics.items():
        entries = [entry for entry in known.faq.entries if topic == entry.topics[0]]
        if entries:
            parts += [
                f"## [{label(title)}](topics/{topic}.md) {{ #{topic} }}\n",
                *_list(entries, known, "questions/"),
                "",
            ]
    return "\n".join(parts)


def _list(entries: Iterable[Entry], known: Known, folder: str) -> Iterator[str]:
    for entry in entries:
        yield f"- {link_to(entry, folder)}  "
        yield f"  *{counted(entry, known)}*{{ .dl-count }}"


def _questions(known: Known) -> str:
    parts = [front_matter("Questions"), "# All questions\n", *_list(known.faq.entries, known, "")]
    if known.faq.planned:
        parts += ["\n## Planned\n", "Asked, and not answered here yet.\n"]
        parts += [f"- {line(one.question)}" for one in known.faq.planned]
    return "\n".join(parts) + "\n"


def _topic(topic: str, known: Known) -> str:
    title = known.faq.topics[topic]
    entries = [entry for entry in known.faq.entries if topic in entry.topics]
    return "\n".join([front_matter(title), f"# {line(title)}\n", *_list(entries, known, "../questions/")]) + "\n"


def _simulations(names: list[str], known: Known) -> str:
    parts = [front_matter("Simulations"), "# Simulations\n", "The experiments that the claims are measured with.\n"]
    for name in names:
        used = sum(claim.simulation == name for _, claim in known.faq.claims())
        parts.append(f"- [`{name}`]({name}.md): {line(read_simulation(known.faq.root, name).summary)}  ")
        parts.append(f"  *{used} claim{'s' if used != 1 else ''}*{{ .dl-count }}")
    return "\n".join(parts) + "\n"
