"""The lists of an FAQ: `faq/topics.yml`, `documents.yml` and `planned.yml`."""

from pathlib import Path

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.entry import Document, Planned
from dlfaq.knowledge.fields import IDS, Fields, is_id
from dlfaq.knowledge.yaml_file import Node, read_yaml

TOPICS, DOCUMENTS, PLANNED = "faq/topics.yml", "faq/documents.yml", "faq/planned.yml"


def read_topics(root: Path, problems: list[Problem]) -> dict[str, str]:
    """Title by topic, in the file's order."""
    if not (root / TOPICS).is_file():
        problems.append(Problem(TOPICS, None, "there is no list of topics.", "Each topic has a line `id: Title`."))
        return {}
    fields = Fields(_read(root, TOPICS, problems), TOPICS, "the list of topics", problems)
    _ids(fields, "topic")
    return {name: fields.line(name) for name in fields.values}


def read_documents(root: Path, problems: list[Problem]) -> dict[str, Document]:
    """The source documents by id, in the file's order; none if the file is not there."""
    listed = Fields(_read(root, DOCUMENTS, problems), DOCUMENTS, "the list of documents", problems)
    _ids(listed, "document")
    documents = {}
    for name, node in listed.values.items():
        fields = Fields(node, DOCUMENTS, f"document '{name}'", problems, ("title", "author", "year", "address"))
        title, author = fields.line("title"), fields.line("author", needed=False)
        documents[name] = Document(name, title, author, fields.year("year", needed=False), fields.address("address"))
    return documents


def read_planned(root: Path, problems: list[Problem]) -> list[tuple[Planned, int]]:
    """The entries that are not written yet, each with its line; none if the file is not there."""
    node = _read(root, PLANNED, problems)
    if not node.value:
        return []
    if not isinstance(node.value, list):
        problems.append(Problem(PLANNED, node.line, "the planned entries are not a list.", "Begin each with `- id: `."))
        return []
    planned = []
    for item in node.value:
        fields = Fields(item, PLANNED, "a planned entry", problems, ("id", "question", "topics", "also_asked"))
        topics, also_asked = fields.lines("topics", needed=True), fields.lines("also_asked")
        planned.append((Planned(fields.identifier("id"), fields.line("question"), topics, also_asked), item.line))
    return planned


def _read(root: Path, name: str, problems: list[Problem]) -> Node:
    """The tree of a list; an empty mapping if there is none, or none that can be read."""
    if (root / name).is_file():
        try:
            node = read_yaml(root / name, name)
        except Problems as found:
            problems += found.problems
        else:
            return Node({}, 1) if node.value is None else node
    return Node({}, 1)


def _ids(fields: Fields, what: str) -> None:
    for name in fields.values:
        if not is_id(name):
            fields.problem(f"the {what} '{name[:80]}' is not made of {IDS}.", fields.node.keys[name])
