"""What can be wrong between files: topics, documents, related entries, questions, planned entries, simulations."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.knowledge.claim_checks import check_claim
from dlfaq.knowledge.entry import Document, Planned
from dlfaq.knowledge.entry_file import EntryFile
from dlfaq.knowledge.lists import DOCUMENTS, PLANNED, TOPICS
from dlfaq.knowledge.plot_checks import check_plots
from dlfaq.knowledge.simulations import Signature, read_simulation, simulation_names
from dlfaq.knowledge.text_checks import check_texts


def check_claims(file: EntryFile, root: Path) -> Iterator[Problem]:
    """The claims of an entry against their simulations, and its placeholders against the claims."""
    names = simulation_names(root)
    signatures: dict[int, Signature] = {}
    for place, claim in enumerate(file.entry.claims):
        if claim.simulation and claim.simulation not in names:
            what = f"claim '{claim.id}' names the simulation '{claim.simulation}', but there is no sims/{claim.simulation}.py."
            yield file.problem(("claims", place, "simulation"), what, did_you_mean(claim.simulation, names))
        elif claim.simulation:
            try:
                signatures[place] = read_simulation(root, claim.simulation)
            except Problems as found:
                yield from found.problems
        yield from check_claim(file, place, signatures.get(place))
    yield from check_texts(file, signatures)
    yield from check_plots(file, signatures)


def check_links(
    file: EntryFile, topics: Mapping[str, str] | None, documents: Mapping[str, Document] | None
) -> Iterator[Problem]:
    """The topics, documents and claims that an entry names; None stands for a list that cannot be read."""
    entry = file.entry
    for place, topic in enumerate(entry.topics):
        if topics is not None and topic not in topics:
            yield file.problem(("topics", place), f"'{topic}' is not a topic of {TOPICS}.", did_you_mean(topic, topics))
    claims = [claim.id for claim in entry.claims]
    for place, source in enumerate(entry.sources):
        if documents is not None and source.document and source.document not in documents:
            what = f"'{source.document}' is not a document of {DOCUMENTS}."
            yield file.problem(("sources", place, "document"), what, did_you_mean(source.document, documents))
        for number, claim in enumerate(source.claims):
            if claim not in claims:
                what = f"a source statement names the claim '{claim}', which the entry does not have."
                yield file.problem(("sources", place, "claims", number), what, did_you_mean(claim, claims))


def check_related(file: EntryFile, written: Sequence[str], planned: Sequence[str]) -> Iterator[Problem]:
    """The related entries are there."""
    for place, other in enumerate(file.entry.related):
        if other == file.entry.id:
            yield file.problem(("related", place), "the entry is related to itself.")
        elif other in planned and other not in written:
            yield file.problem(("related", place), f"the related entry '{other}' is planned, but not written yet.")
        elif other not in written:
            hint = did_you_mean(other, [one for one in written if one != file.entry.id])
            yield file.problem(("related", place), f"the related entry '{other}' does not exist.", hint)


def check_questions(files: Sequence[EntryFile], planned: Sequence[tuple[Planned, int]]) -> Iterator[Problem]:
    """No two entries answer one question."""
    asked: dict[str, str] = {}
    rows = [(file.entry, file.problem(("question",), "")) for file in files]
    rows += [(one, Problem(PLANNED, line, "")) for one, line in planned]
    for one, where in rows:
        key = " ".join(one.question.casefold().replace("?", " ").split())
        if key and asked.setdefault(key, one.id) != one.id:
            yield where._replace(what=f"the question of '{one.id}' is also that of '{asked[key]}'.")


def check_planned(
    planned: Sequence[tuple[Planned, int]],
    written: Sequence[str],
    topics: Mapping[str, str] | None,
    documents: Mapping[str, Document] | None,
) -> Iterator[Problem]:
    """A planned entry is not written yet, is planned once, and names topics and documents that exist."""
    seen: dict[str, int] = {}
    for one, line in planned:
        if one.id in written:
            hint = f"Take it out of {PLANNED}."
            yield Problem(PLANNED, line, f"the planned entry '{one.id}' is written: faq/{one.id}.yaml.", hint)
        if one.id and seen.setdefault(one.id, line) != line:
            yield Problem(PLANNED, line, f"'{one.id}' is planned twice, first on line {seen[one.id]}.")
        for topic in one.topics:
            if topics is not None and topic not in topics:
                what = f"'{topic}' of '{one.id}' is not a topic of {TOPICS}."
                yield Problem(PLANNED, line, what, did_you_mean(topic, topics))
        for source in one.sources:
            if documents is not None and source.document and source.document not in documents:
                what = f"'{source.document}' is not a document of {DOCUMENTS}."
                yield Problem(PLANNED, source.line, what, did_you_mean(source.document, documents))
