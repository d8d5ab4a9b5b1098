"""What can be wrong between files: topics, documents, questions, related or planned entries."""

from collections.abc import Iterator, Mapping, Sequence

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.entry import PRACTICE, Document, Entry, Planned
from dlfaq.knowledge.entry_file import EntryFile
from dlfaq.knowledge.lists import DOCUMENTS, PLANNED, TOPICS


def check_links(
    file: EntryFile, topics: Mapping[str, str] | None, documents: Mapping[str, Document] | None
) -> Iterator[Problem]:
    """Check the topics, documents and claims that an entry names.

    None stands for a list that cannot be read.
    """
    entry = file.entry
    for place, topic in enumerate(entry.topics):
        if topics is not None and topic not in topics:
            yield file.problem(
                ("topics", place),
                f"'{topic}' is not a topic of {TOPICS}.",
                did_you_mean(topic, topics),
            )
    claims = [claim.id for claim in entry.claims]
    for place, source in enumerate(entry.sources):
        if documents is not None and source.document and source.document not in documents:
            what = f"'{source.document}' is not a document of {DOCUMENTS}."
            yield file.problem(
                ("sources", place, "document"), what, did_you_mean(source.document, documents)
            )
        for number, claim in enumerate(source.claims):
            if claim not in claims:
                what = (
                    f"a source statement names the claim '{claim}', which the entry does not have."
                )
                yield file.problem(
                    ("sources", place, "claims", number), what, did_you_mean(claim, claims)
                )


def check_grounds(file: EntryFile, written: Mapping[str, Entry]) -> Iterator[Problem]:
    """The grounds of each step are there: claims of this or another entry, references, practice.

    Args:
        file: The entry.
        written: Every written entry by id; those that are to be mended cannot be had.
    """
    entry = file.entry
    known = (
        [claim.id for claim in entry.claims]
        + [one.id for one in entry.references if one.id]
        + [PRACTICE]
    )
    for place, step in enumerate(entry.answer.do):
        for number, ground in enumerate(step.because):
            path = ("answer", "do", place, "because", number)
            other, slash, claim = ground.partition("/")
            if not slash and ground not in known:
                what = (
                    f"step {place + 1} names the ground '{ground}', "
                    "which is neither a claim nor a reference."
                )
                yield file.problem(path, what, did_you_mean(ground, known))
            elif slash and other not in written:
                what = f"step {place + 1} names a claim of '{other}', which is no written entry."
                yield file.problem(path, what, did_you_mean(other, written))
            elif slash and (found := written.get(other)):  # not if its own file is to be mended
                claims = [one.id for one in found.claims]
                if claim not in claims:
                    what = f"step {place + 1} names the claim '{claim}', which '{other}' lacks."
                    yield file.problem(path, what, did_you_mean(claim, claims))


def check_related(
    file: EntryFile, written: Sequence[str], planned: Sequence[str]
) -> Iterator[Problem]:
    """The related entries are there."""
    for place, other in enumerate(file.entry.related):
        if other == file.entry.id:
            yield file.problem(("related", place), "the entry is related to itself.")
        elif other in planned and other not in written:
            yield file.problem(
                ("related", place), f"the related entry '{other}' is planned, but not written yet."
            )
        elif other not in written:
            hint = did_you_mean(other, [one for one in written if one != file.entry.id])
            yield file.problem(
                ("related", place), f"the related entry '{other}' does not exist.", hint
            )


def check_questions(
    files: Sequence[EntryFile], planned: Sequence[tuple[Planned, int]]
) -> Iterator[Problem]:
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
    """A planned entry is not written yet, is planned once, and names known topics and documents."""
    seen: dict[str, int] = {}
    for one, line in planned:
        if one.id in written:
            hint = f"Take it out of {PLANNED}."
            yield Problem(
                PLANNED, line, f"the planned entry '{one.id}' is written: faq/{one.id}.yaml.", hint
            )
        if one.id and seen.setdefault(one.id, line) != line:
            yield Problem(
                PLANNED, line, f"'{one.id}' is planned twice, first on line {seen[one.id]}."
            )
        for topic in one.topics:
            if topics is not None and topic not in topics:
                what = f"'{topic}' of '{one.id}' is not a topic of {TOPICS}."
                yield Problem(PLANNED, line, what, did_you_mean(topic, topics))
        for source in one.sources:
            if documents is not None and source.document and source.document not in documents:
                what = f"'{source.document}' is not a document of {DOCUMENTS}."
                yield Problem(PLANNED, source.line, what, did_you_mean(source.document, documents))
