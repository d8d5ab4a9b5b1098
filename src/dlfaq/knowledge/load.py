"""Reading an FAQ: the whole of it as values, or every problem of every file in one pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.checks.claims import check_claim
from dlfaq.knowledge.checks.demands import check_demands
from dlfaq.knowledge.checks.experiments import check_experiment, read_signatures
from dlfaq.knowledge.checks.links import (
    check_grounds,
    check_links,
    check_planned,
    check_questions,
    check_related,
)
from dlfaq.knowledge.checks.plots import check_plots
from dlfaq.knowledge.checks.spelt import Settings
from dlfaq.knowledge.checks.texts import check_texts
from dlfaq.knowledge.entry import Claim, Document, Entry, Faq, Planned
from dlfaq.knowledge.entry_file import EntryFile, read_entry
from dlfaq.knowledge.lists import (
    DOCUMENTS,
    FRONT,
    PLANNED,
    TOPICS,
    read_documents,
    read_front,
    read_planned,
    read_topics,
)

# topics, documents and planned entries; None for a list that cannot be read
Lists = tuple[
    Mapping[str, str] | None, Mapping[str, Document] | None, Sequence[tuple[Planned, int]]
]


def load_changed(root: Path, names: Sequence[str], *, planned: bool) -> Faq:
    """Read and check some entries of the FAQ at `root`, for whoever knows the others already.

    Args:
        root: The FAQ's folder.
        names: The ids of the entries.
        planned: Read the planned entries too; without them none are known.

    Raises:
        Problems: Everything that is wrong with what is read. What only shows beside the other
            entries, such as a question that is asked twice, `load_faq` tells.
    """
    problems: list[Problem] = []
    topics, documents = read_topics(root, problems), read_documents(root, problems)
    later = read_planned(root, problems) if planned else []
    written = [path.stem for path in _paths(root)]
    files = _entries([root / "faq" / f"{name}.yaml" for name in names], problems)
    problems += _problems(root, files, (topics, documents, later), written)
    return _faq(root, files, (topics, documents, later), problems)


def load_faq(root: Path) -> Faq:
    """Read and check the FAQ at `root`. No simulation is imported or run; evidence is not looked at.

    Raises:
        Problems: Everything that is wrong, by file and line.
    """
    problems: list[Problem] = []
    topics, documents = read_topics(root, problems), read_documents(root, problems)
    planned = read_planned(root, problems)
    written = [path.stem for path in _paths(root)]
    files = _entries(_paths(root), problems)
    problems += _problems(root, files, (topics, documents, planned), written)
    problems += _strays(root)
    front = read_front(root, written, problems)
    return replace(_faq(root, files, (topics, documents, planned), problems), front=front)


def _problems(
    root: Path, files: Sequence[EntryFile], lists: Lists, written: Sequence[str]
) -> Iterator[Problem]:
    topics, documents, planned = lists
    known = {file.entry.id: file.entry for file in files}
    for file in files:
        yield from file.problems
        yield from check_links(file, topics, documents)
        yield from check_related(file, written, [one.id for one, _ in planned])
        others = _Written(root, known, written)
        yield from check_grounds(file, others)
        yield from check_entry(file, root, others)
    yield from check_questions(files, planned)
    yield from check_planned(planned, written, topics, documents)


def check_entry(file: EntryFile, root: Path, written: Mapping[str, Entry]) -> Iterator[Problem]:
    """An entry against its simulations, and its texts against its claims."""
    problems: list[Problem] = []
    settings = Settings(file, read_signatures(file, root, problems), written)
    for experiment in file.entry.experiments.values():
        if experiment.id in settings.signatures:
            problems += check_experiment(file, experiment, settings.signatures[experiment.id])
    yield from problems
    wrong = {
        place for place, claim in enumerate(file.entry.claims) if _is_wrong(claim, problems, file)
    }
    for place in range(len(file.entry.claims)):
        if place not in wrong:
            yield from check_claim(file, place, settings)
    yield from check_texts(file, settings)
    yield from check_plots(file, settings)
    if not file.problems and not problems:
        yield from check_demands(file, settings)


def _is_wrong(claim: Claim, problems: Sequence[Problem], file: EntryFile) -> bool:
    """Whether the problems of its experiment are told already."""
    prefix = f"experiment '{claim.experiment}' "
    return any(prefix in one.what and one.file == file.shown for one in problems)


class _Written(Mapping[str, Entry]):
    """Every written entry by id; those that were not read with the others are read when asked for."""

    def __init__(self, root: Path, known: Mapping[str, Entry], written: Sequence[str]) -> None:
        self.root, self.known, self.names = root, dict(known), written

    def __getitem__(self, name: str) -> Entry:
        if name not in self.known and name in self.names:
            self.known[name] = read_entry(
                self.root / "faq" / f"{name}.yaml", f"faq/{name}.yaml"
            ).entry
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _faq(root: Path, files: Sequence[EntryFile], lists: Lists, problems: list[Problem]) -> Faq:
    if problems:
        raise Problems(sorted(set(problems), key=lambda one: (one.file, one.line or 0, one.what)))
    topics, documents, planned = lists
    later = sorted((one for one, _ in planned), key=lambda one: one.id)
    return Faq(
        root, tuple(file.entry for file in files), topics or {}, documents or {}, tuple(later)
    )


def _paths(root: Path) -> list[Path]:
    return sorted((root / "faq").glob("*.yaml"), key=lambda path: path.stem)


def _entries(paths: Sequence[Path], problems: list[Problem]) -> list[EntryFile]:
    files = []
    for path in paths:
        try:
            files.append(read_entry(path, f"faq/{path.name}"))
        except Problems as found:
            problems += found.problems
    return files


def _strays(root: Path) -> list[Problem]:
    """Files that look like entries but would not be read as such."""
    known = {Path(name).name for name in (TOPICS, DOCUMENTS, PLANNED, FRONT)}
    strays = [path for path in sorted((root / "faq").glob("*.yml")) if path.name not in known]
    hint = f"An entry ends in .yaml; the lists are {', '.join(sorted(known))}."
    return [
        Problem(
            f"faq/{path.name}", None, "this file is neither an entry nor one of the lists.", hint
        )
        for path in strays
    ]
