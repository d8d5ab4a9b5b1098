"""Reading an FAQ: every problem of every file in one pass, or the FAQ."""

from pathlib import Path

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.checks import check_claims, check_entry, check_together
from dlfaq.knowledge.entry import Document, Entry, Faq, Planned
from dlfaq.knowledge.entry_file import read_entry
from dlfaq.knowledge.fields import Fields
from dlfaq.knowledge.yaml_file import Node, read_yaml


def load_faq(root: Path) -> Faq:
    """Read and check the FAQ at `root`, without running or importing a simulation.

    Raises:
        Problems: Everything that is wrong, sorted by file and line.
    """
    problems: list[Problem] = []
    topics = _topics(root, problems)
    documents = _documents(root, problems)
    planned = _planned(root, problems)
    entries = []
    for path in sorted((root / "faq").glob("*.yaml")):
        entry = _entry(path, root, problems)
        if entry is not None:
            entries.append(entry)
    faq = Faq(root, tuple(entries), topics, documents, tuple(sorted(planned, key=lambda one: one.id)))
    known = {path.stem for path in (root / "faq").glob("*.yaml")} | {one.id for one in planned}
    for entry in entries:
        problems += check_entry(entry, faq, known, _shown(entry.path, root))
    problems += check_together(faq, f"faq/{PLANNED}")
    if problems:
        raise Problems(sorted(set(problems), key=lambda one: (one.file, one.line or 0, one.what)))
    return faq


PLANNED = "planned.yml"


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _entry(path: Path, root: Path, problems: list[Problem]) -> Entry | None:
    shown = _shown(path, root)
    try:
        entry, found = read_entry(path, shown)
    except Problems as failed:
        problems += failed.problems
        return None
    if not found:  # what is half read would only be complained of twice
        found = [*found, *check_claims(entry, root, shown)]
    problems += found
    return entry


def _file(root: Path, name: str, problems: list[Problem]) -> tuple[Node | None, str]:
    path, shown = root / "faq" / name, f"faq/{name}"
    if not path.is_file():
        return None, shown
    try:
        return read_yaml(path, shown), shown
    except Problems as failed:
        problems += failed.problems
        return None, shown


def _topics(root: Path, problems: list[Problem]) -> dict[str, str]:
    node, shown = _file(root, "topics.yml", problems)
    if node is None:
        return {}
    fields = Fields(node, shown, "the list of topics", problems, node.value if isinstance(node.value, dict) else ())
    return {name: fields.text(name) for name in fields.values}


def _documents(root: Path, problems: list[Problem]) -> dict[str, Document]:
    node, shown = _file(root, "documents.yml", problems)
    if node is None or node.value is None:
        return {}
    listed = Fields(node, shown, "the list of documents", problems, node.value if isinstance(node.value, dict) else ())
    documents = {}
    for name, item in listed.values.items():
        fields = Fields(item, shown, f"document '{name}'", problems, ("title", "author", "year", "address"))
        author, address = (
            fields.text(key, needed=False) if key in fields.values else "" for key in ("author", "address")
        )
        if address and not address.startswith(("https://", "http://")):
            fields.problem(f"the address of document '{name}' does not begin with https://.", fields.line("address"))
        documents[name] = Document(name, fields.text("title"), author, fields.integer("year"), address)
    return documents


def _planned(root: Path, problems: list[Problem]) -> list[Planned]:
    node, shown = _file(root, PLANNED, problems)
    if node is None or node.value is None:
        return []
    listed = Fields(
        Node({"planned": node}, node.line, {"planned": node.line}), shown, "the file", problems, ["planned"]
    )
    planned = []
    for item in listed.listed("planned"):
        fields = Fields(item, shown, "a planned entry", problems, ("id", "question", "topics", "also_asked"))
        planned.append(
            Planned(
                fields.identifier("id"),
                fields.text("question"),
                fields.texts("topics", needed=True),
                fields.texts("also_asked"),
            )
        )
    return planned
