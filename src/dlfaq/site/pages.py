"""Every page of the site as Markdown, from the FAQ and its evidence."""

from collections.abc import Iterator
from contextlib import suppress

from dlfaq.errors import Problem, Problems
from dlfaq.evidence.file import read
from dlfaq.evidence.record import Evidence
from dlfaq.evidence.strict import DamageError
from dlfaq.knowledge.entry import Faq
from dlfaq.knowledge.simulations import Signature, read_simulation, simulation_names
from dlfaq.site.entry_page import entry_page
from dlfaq.site.gallery import gallery
from dlfaq.site.home import counts, home
from dlfaq.site.ledger import ledger
from dlfaq.site.machines import overview
from dlfaq.site.notebook import notebook
from dlfaq.site.planned import planned_list, planned_pages
from dlfaq.site.shared import Known, front_matter, listed
from dlfaq.site.simulation_page import defaults, simulation_page
from dlfaq.site.text import line


def known_of(faq: Faq) -> Known:
    """An FAQ with all its evidence that can be read."""
    evidence, problems = _evidence(faq)
    return Known(faq, evidence, problems)


def pages(known: Known, welcome: str = "") -> Iterator[tuple[str, str]]:
    """The generated pages, each with its path below the docs folder, and `llms.txt` for machines.

    One after the other, since thousands of them would fill the memory.

    Args:
        known: What is asked and answered, and what was measured of it.
        welcome: The hand-written beginning of the home page.
    """
    faq = known.faq
    signatures = _signatures(faq)
    yield "index.md", home(known, welcome)
    yield "questions/index.md", _questions(known)
    yield from ledger(known)
    yield from planned_pages(known)
    for entry in faq.entries:
        yield f"questions/{entry.id}.md", entry_page(entry, known, signatures.__getitem__)
    for name in faq.missing:
        yield f"questions/{name}.md", _left_out(name)
    for topic in faq.topics:
        if any(topic in one.topics for one in (*faq.entries, *faq.planned)):
            yield f"topics/{topic}.md", _topic(topic, known)
    for one in signatures.values():
        yield f"simulations/{one.name}.md", simulation_page(one, known)
        yield f"simulations/{one.name}.ipynb", notebook(one, defaults(one))
    yield "simulations/index.md", gallery([*signatures.values()], known)
    yield "llms.txt", overview(known, welcome)


def _signatures(faq: Faq) -> dict[str, Signature]:
    """What can be read of the simulations; `check` tells the rest if an entry uses it."""
    found = {}
    for name in simulation_names(faq.root):
        with suppress(Problems):
            found[name] = read_simulation(faq.root, name)
    return found


def _left_out(name: str) -> str:
    """In place of an entry that is to be mended: others may link to it."""
    head = front_matter(name, wide=True)
    return f"{head}# {line(name)}\n\nThis answer could not be read when the site was built.\n"


def _evidence(faq: Faq) -> tuple[dict[str, Evidence], tuple[Problem, ...]]:
    found, problems = {}, []
    for entry in faq.entries:
        try:
            evidence = read(faq.root, entry.id)
        except DamageError as error:
            mend = f"Measure it again: dlfaq verify {entry.id} --record"
            problems.append(Problem(f"evidence/{entry.id}.json", error.line, f"{error}.", mend))
            continue
        if evidence:
            found[entry.id] = evidence
    return found, tuple(problems)


def _questions(known: Known) -> str:
    """All that is answered; what is planned has a page of its own."""
    parts = [front_matter("Questions"), "# All answers\n", *listed(known.faq.entries, known, "")]
    if known.faq.planned:
        count = len(known.faq.planned)
        said = "1 more question is" if count == 1 else f"{count} more questions are"
        parts.append(f"\n[{said} planned](../planned.md).")
    return "\n".join(parts) + "\n"


def _topic(topic: str, known: Known) -> str:
    title = known.faq.topics[topic]
    entries = [entry for entry in known.faq.entries if topic in entry.topics]
    planned = [one for one in known.faq.planned if topic in one.topics]
    parts = [front_matter(title), f"# {line(title)}\n"]
    parts += [f"{counts(entries, planned)}\n{{ .dl-count }}\n"]
    parts += [*listed(entries, known, "../questions/"), ""]
    if planned:
        parts += ["## Planned { #planned }\n", *planned_list(planned, "../questions/")]
    return "\n".join(parts) + "\n"
