"""`dlfaq ask`, `dlfaq show` and `dlfaq list`: nothing that computes is loaded on their way."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from dlfaq.cli.pager import say_long
from dlfaq.cli.shared import AsJson, Root, root_of, say_json, warn
from dlfaq.errors import Problem, Problems, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection

LEAST_IN_JSON = 5  # a program can drop what it does not want
MOST_INPUT = 1_000_000  # characters; what was piped in beyond that is not read
ALIKE = 0.85  # letters in common from which on an id was mistyped
BUNDLED = "bundled"  # what results of the FAQ that comes with the program are called
Only = Annotated[
    bool, typer.Option("--only", help="Only the FAQ around you, not the bundled one beside it.")
]


def ask(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS...",
            help="The question; quotes are not needed. `-` reads standard input: a log, an error.",
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=50, help="How many entries to name.")] = 5,
    full: Annotated[bool, typer.Option("--full", help="Add the explanation.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why this entry was found.")
    ] = False,
    only: Only = False,
    json: AsJson = False,
    root: Root = None,
) -> None:
    """Answer a question, or say that this is a guess, that an answer is planned, that nothing fits.

    Exit code 0: an answer or a guess. 1: planned, or nothing fits. 2: nothing was asked.

    Example: dlfaq ask why is my loss nan
    """
    from dlfaq.ask import reader
    from dlfaq.ask.freshness import read_index
    from dlfaq.ask.rank import NONE
    from dlfaq.ask.rank import ask as find
    from dlfaq.ask.together import merged, named

    text = _question(words)
    count = max(n, LEAST_IN_JSON) if json else n

    def read(db: "Connection") -> tuple:
        answer = find(db, text, count)
        wrong = reader.problems(db)
        if answer.confidence == NONE:
            return answer, None, wrong
        name = answer.results[0].id
        best = reader.document(db, name) if json else reader.entry(db, name, whole=full)
        return answer, best, wrong

    faqs = _faqs(root_of(root), only=only)
    found = {name: read_index(folder, read) for name, folder in faqs.items()}
    answer = merged([named(one, name) for name, (one, *_) in found.items()], count)
    best = found[answer.results[0].faq][1] if answer.confidence != NONE else None
    for *_, wrong in found.values():
        warn(wrong)
    if json:
        from json import loads

        raw = answer.as_json()
        if best:
            raw["results"][0]["entry"] = loads(best)
        say_json(raw)
    else:
        from dlfaq.terminal.answers import render_answer

        rich = sys.stdout.isatty()
        said = render_answer(answer, best, full=full, explain=explain, rich=rich)
        (say_long if full or explain else typer.echo)(said)
    raise typer.Exit(0 if answer.answered else 1)


def _faqs(root: "Path", *, only: bool) -> "dict[str, Path]":
    """The FAQs that are asked, by name: a team's own, and the bundled one."""
    from dlfaq.paths import bundled_root

    bundled = bundled_root()
    if root == bundled:
        return {BUNDLED: bundled}
    own = root.name if root.name not in {"", BUNDLED} else "own"
    return {own: root} if only else {own: root, BUNDLED: bundled}


def _question(words: list[str]) -> str:
    """What is asked, from the words or from standard input.

    Raises:
        Problems: If it is blank.
    """
    text = (
        sys.stdin.buffer.read(MOST_INPUT).decode(errors="replace").strip()
        if words == ["-"]
        else " ".join(words)
    )
    if not text.strip():
        raise Problems(
            [
                Problem(
                    "dlfaq ask",
                    None,
                    "nothing was asked.",
                    "For example: dlfaq ask why is my loss nan",
                )
            ]
        )
    return text


def show(
    entry: Annotated[
        list[str],
        typer.Argument(
            metavar="ID[#PART]",
            help="An entry's id, as `dlfaq list` shows it, or one of its parts; or words.",
        ),
    ],
    only: Only = False,
    json: AsJson = False,
    root: Root = None,
) -> None:
    """Show an entry whole: answer, claims with their controls, what sources say, references.

    Example: dlfaq show initial-loss
    """
    from dlfaq.ask import reader
    from dlfaq.ask.freshness import read_index

    words = " ".join(entry)
    name, mark, part = words.partition("#")
    faqs = _faqs(root_of(root), only=only)
    known = {folder: read_index(folder, reader.ids) for folder in faqs.values()}
    folder = next((one for one, ids in known.items() if name in ids), None)
    told = ""
    if folder is None:
        for one in known:
            if wrong := read_index(one, lambda db: reader.problems_of(db, name)):
                raise Problems(wrong)
        found_by = _misspelled(name, known) or _found_by(words, faqs)
        if found_by is None:
            raise _unknown(name, "entry", {one for ids in known.values() for one in ids})
        name, folder = found_by
        mark, told = "", f"No entry has the id '{words}'; this is the nearest entry."
    found, raw, wrong = read_index(
        folder,
        lambda db: (reader.entry(db, name), reader.document(db, name), reader.problems(db)),
    )
    warn(wrong)
    shown = found.part(part) if mark else None
    if mark and shown is None:
        raise _unknown(part, "part", [one.id for one in found.parts])
    if json:
        from json import loads

        whole = loads(raw)
        parts = {one["id"]: {"entry": name, **one} for one in whole.get("parts", ())}
        say_json(parts[part] if mark else whole)
        return
    from dlfaq.terminal.entries import render_entry, render_part

    rich = sys.stdout.isatty()
    text = render_part(found, shown, rich=rich) if shown else render_entry(found, rich=rich)
    say_long(f"{told}\n\n{text}" if told else text)


def _misspelled(name: str, known: "dict[Path, tuple[str, ...]]") -> "tuple[str, Path] | None":
    """The entry whose id was meant, where what was typed looks like an id."""
    if "-" not in name or " " in name:
        return None
    from dlfaq.errors import nearest

    for folder, ids in known.items():
        for one in nearest(name, ids, ALIKE):
            return one, folder
    return None


def _found_by(words: str, faqs: "dict[str, Path]") -> "tuple[str, Path] | None":
    """The entry that fits words best, and its FAQ; None if none fits."""
    from dlfaq.ask.freshness import read_index
    from dlfaq.ask.rank import ask as find
    from dlfaq.ask.together import merged, named

    answer = merged(
        [named(read_index(one, lambda db: find(db, words)), name) for name, one in faqs.items()], 1
    )
    if answer.confidence == "none":
        return None
    return answer.results[0].id, faqs[answer.results[0].faq]


def _unknown(name: str, what: str, known: Iterable[str]) -> Problems:
    message = f"there is no {what} '{name}', and nothing fits these words."
    if what != "entry":
        message = f"there is no {what} '{name}'."
    return Problems([Problem("dlfaq show", None, message, did_you_mean(name, known))])


def list_entries(
    topic: Annotated[
        str | None, typer.Option("--topic", "-t", help="Only the entries of this topic.")
    ] = None,
    json: AsJson = False,
    root: Root = None,
) -> None:
    """List the entries by topic, with their verified claims.

    Example: dlfaq list --topic activations
    """
    from dlfaq.ask.freshness import read_index
    from dlfaq.ask.reader import problems, rows, topics

    found, known, wrong = read_index(
        root_of(root), lambda db: (rows(db, topic), topics(db), problems(db))
    )
    warn(wrong)
    if topic is not None and topic not in known:
        message = f"there is no topic '{topic}'."
        raise Problems([Problem("dlfaq list", None, message, did_you_mean(topic, known))])
    if json:
        say_json([row.as_json() for row in found])
        return
    from dlfaq.terminal.entries import render_list

    named = {topic: known[topic]} if topic else known
    say_long(render_list(found, named, rich=sys.stdout.isatty()))
