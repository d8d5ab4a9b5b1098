"""What can be wrong with an entry beyond its own schema: each check yields problems."""

from collections.abc import Iterator
from pathlib import Path

from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.knowledge.claim_checks import check_claim
from dlfaq.knowledge.entry import Entry, Faq
from dlfaq.knowledge.placeholder_checks import check_placeholders
from dlfaq.knowledge.simulations import Signature, read_simulation, simulation_names


def check_claims(entry: Entry, root: Path, shown: str) -> Iterator[Problem]:
    """The claims against their simulations, and the placeholders against the claims."""
    names = simulation_names(root)
    signatures: dict[str, Signature] = {}
    for claim in entry.claims:
        if claim.simulation not in names:
            what = f"claim '{claim.id}' names the simulation '{claim.simulation}', which is not in sims/."
            yield Problem(shown, claim.line, what, did_you_mean(claim.simulation, names))
            continue
        try:
            signatures[claim.id] = read_simulation(root, claim.simulation)
        except Problems as failed:
            yield from failed.problems
            continue
        yield from check_claim(claim, signatures[claim.id], shown)
    yield from check_placeholders(entry, signatures, shown)


def check_entry(entry: Entry, faq: Faq, known: set[str], shown: str) -> Iterator[Problem]:
    """An entry against what is around it: topics, documents, other entries."""
    for topic in entry.topics:
        if topic not in faq.topics:
            yield Problem(shown, None, f"'{topic}' is no topic of faq/topics.yml.", did_you_mean(topic, faq.topics))
    for other in entry.related:
        if other == entry.id:
            yield Problem(shown, None, "the entry is related to itself.")
        elif other not in known:
            yield Problem(shown, None, f"the related entry '{other}' does not exist.", did_you_mean(other, known))
    for kind, values in (("topics", entry.topics), ("related", entry.related), ("also_asked", entry.also_asked)):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield Problem(shown, None, f"'{value}' stands twice in '{kind}'.")
    claims = [claim.id for claim in entry.claims]
    for source in entry.sources:
        if source.document and source.document not in faq.documents:
            what = f"'{source.document}' is no document of faq/documents.yml."
            yield Problem(shown, source.line, what, did_you_mean(source.document, faq.documents))
        for claim in source.claims:
            if claim not in claims:
                what = f"a source statement names the claim '{claim}', which the entry does not have."
                yield Problem(shown, source.line, what, did_you_mean(claim, claims))


def check_together(faq: Faq, planned_file: str) -> Iterator[Problem]:
    """No question twice, and nothing both written and planned."""
    asked: dict[str, str] = {}
    for one in (*faq.entries, *faq.planned):
        key = " ".join(one.question.lower().split())
        if key and asked.setdefault(key, one.id) != one.id:
            where = f"faq/{one.id}.yaml" if one in faq.entries else planned_file
            yield Problem(where, None, f"the question of '{one.id}' is also that of '{asked[key]}'.")
    written = {entry.id for entry in faq.entries}
    seen: set[str] = set()
    for one in faq.planned:
        if one.id in written:
            yield Problem(planned_file, None, f"'{one.id}' is written: take it out of the planned ones.")
        if one.id in seen:
            yield Problem(planned_file, None, f"'{one.id}' is planned twice.")
        seen.add(one.id)
        for topic in one.topics:
            if topic not in faq.topics:
                yield Problem(
                    planned_file,
                    None,
                    f"'{topic}' of '{one.id}' is no topic of faq/topics.yml.",
                    did_you_mean(topic, faq.topics),
                )
