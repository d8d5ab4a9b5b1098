"""Start an entry or an FAQ, with files that work as they are and are meant to be changed."""

import json
import keyword
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.entry import Entry, Planned
from dlfaq.knowledge.fields import IDS, is_id
from dlfaq.knowledge.lists import DOCUMENTS, PLANNED, TOPICS, read_planned, read_topics
from dlfaq.knowledge.yaml_file import FORBIDDEN, Node, read_text, read_yaml

FIRST, FIRST_QUESTION = "average-of-noise", "How much does averaging reduce noise?"
_TEMPLATES = Path(__file__).parent / "templates"
_TAKEN = {
    "torch",
    "annotations",
    "true",
    "false",
    "null",
}  # by the template of a simulation, and by YAML


def new_entry(root: Path, entry_id: str, question: str = "") -> list[Path]:
    """Write `faq/<id>.yaml` and its simulation: a small true claim.

    Comments say what to change.

    A planned entry of that id gives its question, phrasings, topics and source statements, and
    leaves the list of planned ones.

    Args:
        root: The FAQ's folder.
        entry_id: Lower-case letters and digits, in words joined by hyphens.
        question: What the entry answers; if it is empty, it is the planned one, or made from the
            id.

    Returns:
        The files written.

    Raises:
        Problems: If the id or the question cannot be used, or a file is there already; then nothing
            is written.
    """
    if not is_id(entry_id):
        what = f"'{entry_id}' cannot be an id, which is made of {IDS}."
        raise Problems([Problem("dlfaq new", None, what, "For example: warmup-length.")])
    planned, rest = _planned(root, entry_id)
    words = entry_id.replace("-", " ")
    question = " ".join(question.split()) or (
        planned.question if planned else f"{words.capitalize()}?"
    )
    _check_question(root, question)
    filled = _words_of(entry_id, question) | {
        "also_asked": "\n".join(
            f"  - {_quoted(one)}" for one in (planned and planned.also_asked) or (words,)
        ),
        "topics": ", ".join(map(_quoted, planned.topics if planned else _topics(root)[:1])),
        "sources": _sources(planned),
    }
    name = filled["name"]
    files = {
        root / "faq" / f"{entry_id}.yaml": _filled("entry.yaml", filled),
        root / "sims" / f"{name}.py": _filled("simulation.py.txt", filled),
    }
    _write(files)
    if planned:
        (root / PLANNED).write_text(rest, "utf-8")
    return [*files]


def init_faq(directory: Path) -> list[Path]:
    """Start an FAQ of one's own, with one entry.

    Args:
        directory: Made if it is not there. What is in it stays; a README.md or .gitignore of its
            own is kept.

    Returns:
        The files written.

    Raises:
        Problems: If there is an FAQ already, or the folder cannot be written.
    """
    if (directory / "faq").exists():
        hint = "`dlfaq new ID` adds an entry to it."
        raise Problems([Problem(str(directory), None, "there is a folder faq/ already.", hint)])
    kept = {
        directory / "README.md": _filled("README.md.txt", {"name": directory.resolve().name}),
        directory / ".gitignore": "/site/\n/build/\n__pycache__/\n",
        directory / "evidence" / ".gitkeep": "",
    }
    lists = {
        directory / TOPICS: _filled("topics.yml", {}),
        directory / DOCUMENTS: _filled("documents.yml", {}),
    }
    files = {path: text for path, text in kept.items() if not path.exists()} | lists
    _write(files)
    return [*files, *new_entry(directory, FIRST, FIRST_QUESTION)]


def scaffold(entry: Entry) -> list[str]:
    """What of a draft still is what `dlfaq new` wrote, by its place in the file."""
    template = read_text(_filled("entry.yaml", _words_of(entry.id, entry.question)), "the template")
    written = {" ".join(text.split()) for text in _texts(template)}
    claims = {f"claim '{claim.id}'": claim.says for claim in entry.claims}
    steps = {f"step {place}": step.text for place, step in enumerate(entry.answer.do, 1)}
    parts = {f"part '{part.id}'": part.text for part in entry.answer.parts}
    places = {"answer.short": entry.answer.short, **steps, **parts, **claims}
    return [name for name, text in places.items() if " ".join(text.split()) in written]


def _texts(node: Node) -> Iterator[str]:
    """Every text of a tree, without keys."""
    if isinstance(node.value, dict | list):
        for child in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from _texts(child)
    elif isinstance(node.value, str):
        yield node.value


def _words_of(entry_id: str, question: str) -> dict[str, str]:
    """What the templates are filled with where nothing is planned."""
    return {
        "id": entry_id,
        "name": _simulation_name(entry_id),
        "question": _quoted(question),
        "also_asked": f"  - {_quoted(entry_id.replace('-', ' '))}",
        "topics": "training",
        "sources": "",
    }


def _planned(root: Path, entry_id: str) -> tuple[Planned | None, str]:
    """The planned entry of an id, if there is one, and the text of the list without it."""
    problems: list[Problem] = []
    rows = read_planned(root, problems)
    found = [(one, line) for one, line in rows if one.id == entry_id]
    if problems:
        raise Problems(problems)
    if not found:
        return None, ""
    planned, first = found[0]
    lines = (root / PLANNED).read_text("utf-8").splitlines(keepends=True)
    end = min((line for _, line in rows if line > first), default=len(lines) + 1)
    while end - 1 > first and not lines[end - 2].strip().partition("#")[0]:
        end -= 1  # a comment in front of the next row belongs to that row
    if not lines[first - 1].lstrip().startswith("- ") or any(
        line == first for one, line in rows if one is not planned
    ):
        what = f"'{entry_id}' is planned here, in a form that only you can take out."
        raise Problems([Problem(PLANNED, first, what, "Take it out, then run this again.")])
    return planned, "".join([*lines[: first - 1], *lines[end - 1 :]])


def _sources(planned: Planned | None) -> str:
    """The statements that wait for their ruling, as comments: an entry holds none without one."""
    if not planned or not planned.sources:
        return ""
    lines = [
        "# What the sources say on it. Rule on each (true, conditional, false, untestable), "
        "then take away the #.",
        "sources:",
    ]
    for one in planned.sources:
        where = [f"    where: {_quoted(one.where)}"] if one.where else []
        lines += [
            f"  - document: {one.document}",
            *where,
            f"    says: {_quoted(one.says)}",
            "    ruling:",
        ]
    return "".join(f"# {line}\n" if not line.startswith("#") else f"{line}\n" for line in lines)


def _check_question(root: Path, question: str) -> None:
    if FORBIDDEN.search(question) or "{{" in question:
        raise Problems(
            [
                Problem(
                    "dlfaq new", None, "the question has control characters or placeholders in it."
                )
            ]
        )
    for path in sorted((root / "faq").glob("*.yaml")):
        try:
            asked = read_yaml(path, f"faq/{path.name}").value["question"].value
        except (Problems, KeyError, TypeError, AttributeError):
            continue  # `dlfaq check` tells what is wrong with that entry
        if " ".join(str(asked).split()).casefold() == question.casefold():
            what = f"the question is that of '{path.stem}' already."
            raise Problems([Problem("dlfaq new", None, what, "Give it another one: --question.")])


def _topics(root: Path) -> Sequence[str]:
    problems: list[Problem] = []
    topics = list(read_topics(root, problems) or ())
    if not topics and not problems:
        problems.append(
            Problem(
                TOPICS,
                None,
                "there is no topic, and an entry needs one.",
                "Add a line `id: Title`.",
            )
        )
    if problems:
        raise Problems(problems)
    return topics


def _simulation_name(entry_id: str) -> str:
    name = entry_id.replace("-", "_")
    return (
        name
        if name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN
        else f"sim_{name}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JSON's texts are YAML's


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / template).read_text("utf-8")).substitute(words)


def _write(files: Mapping[Path, str]) -> None:
    there = [
        Problem(str(path), None, "this file is there already; nothing was written.")
        for path in files
        if path.exists()
    ]
    if there:
        raise Problems(there)
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        place = str(error.filename or next(iter(files)))
        raise Problems(
            [Problem(place, None, f"this cannot be written: {error.strerror}.")]
        ) from None
