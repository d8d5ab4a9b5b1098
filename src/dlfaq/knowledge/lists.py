"""The lists of an FAQ: `faq/topics.yml`, `documents.yml`, `planned.yml` and `front.yml`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.knowledge.entry import Document, Planned, SourceStatement, Symptom
from dlfaq.knowledge.fields import IDS, Fields, is_id
from dlfaq.knowledge.yaml_file import Node, read_yaml

TOPICS, DOCUMENTS, PLANNED = "faq/topics.yml", "faq/documents.yml", "faq/planned.yml"
FRONT = "faq/front.yml"


def read_topics(root: Path, problems: list[Problem]) -> dict[str, str] | None:
    """Title by topic, in the file's order; None if the file cannot be read as a list of topics."""
    if not (root / TOPICS).is_file():
        problems.append(
            Problem(
                TOPICS, None, "there is no list of topics.", "Each topic has a line `id: Title`."
            )
        )
        return None
    node = _read(root, TOPICS, problems)
    if node is None:
        return None
    fields = Fields(node, TOPICS, "the list of topics", problems)
    _ids(fields, "topic")
    return {name: fields.line(name) for name in fields.values} if fields.is_mapping else None


def read_documents(root: Path, problems: list[Problem]) -> dict[str, Document] | None:
    """The source documents by id, in the file's order.

    There are none if there is no file, and None if it cannot be read as a list.
    """
    node = _read(root, DOCUMENTS, problems)
    if node is None:
        return None
    listed = Fields(node, DOCUMENTS, "the list of documents", problems)
    _ids(listed, "document")
    documents = {}
    for name, item in listed.values.items():
        fields = Fields(
            item, DOCUMENTS, f"document '{name}'", problems, ("title", "author", "year", "address")
        )
        title, author = fields.line("title"), fields.line("author", needed=False)
        documents[name] = Document(
            name, title, author, fields.year("year", needed=False), fields.address("address")
        )
    return documents if listed.is_mapping else None


def read_planned(root: Path, problems: list[Problem]) -> list[tuple[Planned, int]]:
    """The entries that are not written yet, each with its line; none if the file is not there."""
    node = _read(root, PLANNED, problems)
    if node is None or not node.value:
        return []
    if not isinstance(node.value, list):
        problems.append(
            Problem(
                PLANNED,
                node.line,
                "the planned entries are not a list.",
                "Begin each with `- id: `.",
            )
        )
        return []
    planned = []
    for item in node.value:
        fields = Fields(
            item,
            PLANNED,
            "a planned entry",
            problems,
            ("id", "question", "topics", "also_asked", "sources"),
        )
        one = Planned(
            id=fields.identifier("id"),
            question=fields.line("question"),
            topics=fields.lines("topics", needed=True),
            also_asked=fields.lines("also_asked"),
            sources=tuple(_waiting(fields, problems)),
        )
        planned.append((one, item.line))
    return planned


def read_front(
    root: Path, written: Sequence[str], planned: Sequence[str], problems: list[Problem]
) -> tuple[tuple[str, ...], tuple[Symptom, ...]]:
    """What the home page shows first: the ids of entries, and symptoms with the entries that help.

    Args:
        root: The FAQ's folder.
        written: The ids of the entries that are written.
        planned: Those of the planned ones, which may help with a symptom.
        problems: Where problems are added.
    """
    node = _read(root, FRONT, problems)
    if node is None or not node.value:
        return (), ()
    if not isinstance(node.value, list):
        problems.append(
            Problem(
                FRONT, node.line, "what stands in front is not a list.", "Begin each with `- `."
            )
        )
        return (), ()
    front: list[str] = []
    symptoms: list[Symptom] = []
    for item in node.value:
        if isinstance(item.value, dict):
            fields = Fields(item, FRONT, "a symptom", problems)
            for seen in fields.values:
                names = fields.lines(seen, needed=True, single=True)
                problems += _unknown(names, [*written, *planned], fields.values[seen].line)
                symptoms.append(Symptom(" ".join(seen.split()), tuple(dict.fromkeys(names))))
            continue
        name = str(item.value)[:80]
        if name in front:
            problems.append(Problem(FRONT, item.line, f"'{name}' stands here twice."))
        problems += _unknown([name], written, item.line)
        front.append(name)
    return tuple(front), tuple(symptoms)


def _unknown(names: Iterable[str], known: Sequence[str], line: int) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            said = f"there is no entry '{name[:80]}'."
            yield Problem(FRONT, line, said, did_you_mean(name, known))


def _waiting(planned: Fields, problems: list[Problem]) -> Iterator[SourceStatement]:
    """What the source documents say on a planned entry; its ruling comes with the entry."""
    for item in planned.items("sources", planned.get("sources", needed=False)):
        fields = Fields(
            item, PLANNED, "a source statement", problems, ("document", "where", "says")
        )
        where = fields.line("where", needed=False)
        yield SourceStatement(
            fields.line("document"), fields.line("says"), "", where, line=item.line
        )


def _read(root: Path, name: str, problems: list[Problem]) -> Node | None:
    """The tree of a list; None if it cannot be read.

    It is an empty mapping if there is nothing in the file, or no file.
    """
    if not (root / name).is_file():
        return Node({}, 1)
    try:
        node = read_yaml(root / name, name)
    except Problems as found:
        problems += found.problems
        return None
    return Node({}, 1) if node.value is None else node


def _ids(fields: Fields, what: str) -> None:
    for name in fields.values:
        if not is_id(name):
            fields.problem(
                f"the {what} '{name[:80]}' is not made of {IDS}.", fields.node.keys[name]
            )
