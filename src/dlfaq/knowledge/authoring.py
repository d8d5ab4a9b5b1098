"""Starting an entry, and starting an FAQ: files that work as they are, to be changed into what one wants to say."""

import json
from pathlib import Path
from string import Template

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.fields import ID
from dlfaq.paths import MARK

TEMPLATES = Path(__file__).parent / "templates"
FIRST = "average-of-noise"
FIRST_QUESTION = "How much does averaging reduce noise?"


def new_entry(root: Path, entry_id: str, question: str = "") -> list[Path]:
    """Write `faq/<id>.yaml` and its simulation: a small true claim, with comments that say what to change.

    Args:
        root: The FAQ's folder.
        entry_id: Lower-case words joined by hyphens.
        question: The question; made from the id if it is empty.

    Returns:
        The files written.

    Raises:
        Problems: If the id is none, or one of the files is there already; then nothing is written.
    """
    if not ID.fullmatch(entry_id) or entry_id[0].isdigit():
        what = f"'{entry_id}' is no id: lower-case letters, digits and single hyphens, a letter first."
        raise Problems([Problem("dlfaq new", None, what, "For example: warmup-length")])
    name = entry_id.replace("-", "_")
    question = " ".join(question.split()) or entry_id.replace("-", " ").capitalize() + "?"
    topic = _first_topic(root)
    words = {"id": entry_id, "name": name, "question": json.dumps(question, ensure_ascii=False), "topic": topic}
    return _write({
        root / "faq" / f"{entry_id}.yaml": _filled("entry.yaml", words),
        root / "sims" / f"{name}.py": _filled("simulation.py.txt", words),
    })  # fmt: skip


def init_faq(directory: Path) -> list[Path]:
    """Start an FAQ of one's own, with one entry.

    Args:
        directory: Made if it is not there.

    Returns:
        The files written.

    Raises:
        Problems: If there is an FAQ already, or a file in the way.
    """
    if (directory / MARK).exists():
        raise Problems(
            [Problem(str(directory), None, "there is an FAQ here already.", "`dlfaq new ID` adds an entry to it.")]
        )
    texts = {
        MARK: _filled("topics.yml", {}),
        Path("faq/documents.yml"): _filled("documents.yml", {}),
        Path("README.md"): _filled("README.md.txt", {"name": directory.resolve().name}),
        Path(".gitignore"): "/site/\n/build/\n__pycache__/\n",
    }
    try:
        written = _write({directory / name: text for name, text in texts.items()})
    except OSError as error:
        raise Problems([Problem(str(directory), None, f"it cannot be written: {error.strerror}.")]) from None
    (directory / "evidence").mkdir(exist_ok=True)
    return written + new_entry(directory, FIRST, FIRST_QUESTION)


def _first_topic(root: Path) -> str:
    from dlfaq.knowledge.yaml_file import read_yaml

    node = read_yaml(root / MARK, str(MARK))
    topics = list(node.value) if isinstance(node.value, dict) else []
    if not topics:
        raise Problems(
            [Problem(str(MARK), 1, "there is no topic yet, and an entry needs one.", "Add a line `id: Title`.")]
        )
    return topics[0]


def _filled(template: str, words: dict[str, str]) -> str:
    return Template((TEMPLATES / template).read_text("utf-8")).substitute(words)


def _write(texts: dict[Path, str]) -> list[Path]:
    there = [
        Problem(str(path), None, "this file is there already; nothing was written.") for path in texts if path.exists()
    ]
    if there:
        raise Problems(there)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(texts)
