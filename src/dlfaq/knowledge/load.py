"""Reading an FAQ: the whole of it as values, and every problem of every file in one pass."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.checks.anchors import check_anchors
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
from dlfaq.knowledge.entry import Claim, Document, Entry, Faq, Planned, Symptom
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


@dataclass(frozen=True)
class _Lists:
    """What the entries share; None for a list that cannot be read."""

    topics: Mapping[str, str] | None
    documents: Mapping[str, Document] | None
    planned: Sequence[tuple[Planned, int]]


def load(root: Path) -> Faq:
    """Read and check the FAQ at `root`; what is wrong with one entry costs that entry alone.

    No simulation is imported or run; evidence is not looked at. The FAQ holds the entries with
    which nothing is wrong. Its `problems` are everything that is to be mended, its `missing` the
    ids of the entries that are left out.

    Raises:
        Problems: Everything, if the topics or the documents are to be mended, on which every entry
            rests.
    """
    problems: list[Problem] = []
    lists = _read_lists(root, problems)
    written = [path.stem for path in _paths(root)]
    files, broken = _entries(_paths(root))
    by_entry = {**broken, **_problems(root, files, lists, written)}
    problems += check_questions(files, lists.planned)
    problems += check_planned(lists.planned, written, lists.topics, lists.documents)
    problems += _strays(root)
    later = [one.id for one, _ in lists.planned]
    front, symptoms = read_front(root, written, later, problems)
    everything = _sorted([*problems, *(one for found in by_entry.values() for one in found)])
    if any(one.file in {TOPICS, DOCUMENTS} for one in everything):
        raise Problems(everything)
    wrong = {name for name, found in by_entry.items() if found}
    wrong |= {Path(one.file).stem for one in problems if one.file.endswith(".yaml")}
    faq = Faq(
        root,
        tuple(file.entry for file in files if file.entry.id not in wrong),
        lists.topics or {},
        lists.documents or {},
        _sound(lists.planned, problems),
        problems=everything,
        missing=tuple(name for name in written if name in wrong),
    )
    known = {entry.id for entry in faq.entries}
    return replace(
        faq,
        front=tuple(name for name in dict.fromkeys(front) if name in known),
        symptoms=tuple(_helped(symptoms, known | {one.id for one in faq.planned})),
    )


def _helped(symptoms: Iterable[Symptom], known: Set[str]) -> Iterator[Symptom]:
    """The symptoms with the entries that there are; without one there is nothing to show."""
    for one in symptoms:
        if names := tuple(name for name in one.entries if name in known):
            yield replace(one, entries=names)


def load_changed(root: Path, names: Sequence[str], *, planned: bool) -> Faq:
    """Read and check some entries of the FAQ at `root`, for whoever knows the others already.

    Args:
        root: The FAQ's folder.
        names: The ids of the entries.
        planned: Read the planned entries too; without them none are known.

    Raises:
        Problems: Everything that is wrong with what is read. What only shows beside the other
            entries, such as a question that is asked twice, `load` tells.
    """
    problems: list[Problem] = []
    lists = _read_lists(root, problems, planned=planned)
    written = [path.stem for path in _paths(root)]
    files, broken = _entries([root / "faq" / f"{name}.yaml" for name in names])
    by_entry = {**broken, **_problems(root, files, lists, written)}
    problems += [one for found in by_entry.values() for one in found]
    problems += check_questions(files, lists.planned)
    problems += check_planned(lists.planned, written, lists.topics, lists.documents)
    if problems:
        raise Problems(_sorted(problems))
    entries = tuple(file.entry for file in files)
    later = _sound(lists.planned, [])
    return Faq(root, entries, lists.topics or {}, lists.documents or {}, later)


def load_faq(root: Path) -> Faq:
    """Read and check the FAQ at `root`, for whoever needs all of it.

    Raises:
        Problems: Everything that is wrong, by file and line.
    """
    faq = load(root)
    if faq.problems:
        raise Problems(faq.problems)
    return faq


def _read_lists(root: Path, problems: list[Problem], *, planned: bool = True) -> _Lists:
    topics, documents = read_topics(root, problems), read_documents(root, problems)
    return _Lists(topics, documents, read_planned(root, problems) if planned else [])


def _problems(
    root: Path, files: Sequence[EntryFile], lists: _Lists, written: Sequence[str]
) -> dict[str, list[Problem]]:
    """What is wrong with each entry that could be read."""
    known = {file.entry.id: file.entry if not file.problems else None for file in files}
    others = _Written(root, known, written)
    planned = [one.id for one, _ in lists.planned]
    return {
        file.entry.id: [
            *file.problems,
            *check_links(file, lists.topics, lists.documents),
            *check_related(file, written, planned),
            *check_grounds(file, others),
            *check_entry(file, root, others),
        ]
        for file in files
    }


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
        yield from check_anchors(file)
        yield from check_demands(file, settings)


def _is_wrong(claim: Claim, problems: Sequence[Problem], file: EntryFile) -> bool:
    """Whether the problems of its experiment are told already."""
    prefix = f"experiment '{claim.experiment}' "
    return any(prefix in one.what and one.file == file.shown for one in problems)


class _Written(Mapping[str, Entry]):
    """Every written entry by id; one that was not read with the others is read when asked for.

    One whose file is to be mended is among the names, and a KeyError when it is asked for.
    """

    def __init__(
        self, root: Path, known: Mapping[str, Entry | None], written: Sequence[str]
    ) -> None:
        self.root, self.known, self.names = root, dict(known), written

    def __getitem__(self, name: str) -> Entry:
        if name not in self.known and name in self.names:
            files, _ = _entries([self.root / "faq" / f"{name}.yaml"])
            self.known[name] = files[0].entry if files and not files[0].problems else None
        found = self.known.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems), key=lambda one: (one.file, one.line or 0, one.what)))


def _sound(
    planned: Sequence[tuple[Planned, int]], problems: Iterable[Problem]
) -> tuple[Planned, ...]:
    """The planned entries, sorted by id, without those in whose lines a problem stands."""
    begins = [line for _, line in planned]
    wrong = {
        bisect_right(begins, one.line) - 1 for one in problems if one.file == PLANNED and one.line
    }
    sound = [one for place, (one, _) in enumerate(planned) if place not in wrong]
    return tuple(sorted(sound, key=lambda one: one.id))


def _paths(root: Path) -> list[Path]:
    return sorted((root / "faq").glob("*.yaml"), key=lambda path: path.stem)


def _entries(paths: Iterable[Path]) -> tuple[list[EntryFile], dict[str, list[Problem]]]:
    """The files that can be read, and by id what is wrong with the others."""
    files, broken = [], {}
    for path in paths:
        try:
            files.append(read_entry(path, f"faq/{path.name}"))
        except Problems as found:
            broken[path.stem] = list(found.problems)
    return files, broken


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
