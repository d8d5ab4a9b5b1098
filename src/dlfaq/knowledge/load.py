"""Reading an FAQ: the whole of it as values, or every problem of every file in one pass."""

from pathlib import Path

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.checks import check_claims, check_links, check_planned, check_questions, check_related
from dlfaq.knowledge.entry import Faq
from dlfaq.knowledge.entry_file import EntryFile, read_entry
from dlfaq.knowledge.lists import DOCUMENTS, PLANNED, TOPICS, read_documents, read_planned, read_topics


def load_faq(root: Path) -> Faq:
    """Read and check the FAQ at `root`. No simulation is imported or run; evidence is not looked at.

    Raises:
        Problems: Everything that is wrong, by file and line.
    """
    problems: list[Problem] = []
    topics, documents = read_topics(root, problems), read_documents(root, problems)
    planned = read_planned(root, problems)
    written = [path.stem for path in _paths(root)]
    files = _entries(root, problems)
    for file in files:
        problems += file.problems
        problems += check_links(file, topics, documents)
        problems += check_related(file, written, [one.id for one, _ in planned])
        problems += check_claims(file, root)
    problems += check_questions(files, planned)
    problems += check_planned(planned, written, topics, documents)
    problems += _strays(root)
    if problems:
        raise Problems(sorted(set(problems), key=lambda one: (one.file, one.line or 0, one.what)))
    later = sorted((one for one, _ in planned), key=lambda one: one.id)
    return Faq(root, tuple(file.entry for file in files), topics or {}, documents or {}, tuple(later))


def _paths(root: Path) -> list[Path]:
    return sorted((root / "faq").glob("*.yaml"), key=lambda path: path.stem)


def _entries(root: Path, problems: list[Problem]) -> list[EntryFile]:
    files = []
    for path in _paths(root):
        try:
            files.append(read_entry(path, f"faq/{path.name}"))
        except Problems as found:
            problems += found.problems
    return files


def _strays(root: Path) -> list[Problem]:
    """Files that look like entries but would not be read as such."""
    known = {Path(name).name for name in (TOPICS, DOCUMENTS, PLANNED)}
    strays = [path for path in sorted((root / "faq").glob("*.yml")) if path.name not in known]
    hint = f"An entry ends in .yaml; the lists are {', '.join(sorted(known))}."
    return [
        Problem(f"faq/{path.name}", None, "this file is neither an entry nor one of the lists.", hint)
        for path in strays
    ]
