"""`dlfaq ask`, `dlfaq show` and `dlfaq list`: nothing that computes is loaded on their way."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from dlfaq.cli.shared import AsJson, Root, root_of, say_json, warn
from dlfaq.errors import Problem, Problems, did_you_mean

if TYPE_CHECKING:
    from sqlite3 import Connection

LEAST_IN_JSON = 5  # a program can drop what it does not want
MOST_INPUT = 1_000_000  # characters; what was piped in beyond that is not read


def ask(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS...",
            help="The question; quotes are not needed. `-` reads standard input.",
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=50, help="How many entries to name.")] = 5,
    full: Annotated[bool, typer.Option("--full", help="Add the explanation.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why this entry was found.")
    ] = False,
    json: AsJson = False,
    root: Root = None,
) -> None:
    """Answer a question.

    Exit code 0: answered. 1: nothing fits. 2: nothing was asked.

    Example: dlfaq ask why is my loss nan
    """
    from dlfaq.ask.freshness import read_index
    from dlfaq.ask.rank import ask as find
    from dlfaq.ask.reader import entry, problems

    text = _question(words)
    count = max(n, LEAST_IN_JSON) if json else n

    def read(db: "Connection") -> tuple:
        answer = find(db, text, count)
        found = answer.results and answer.answered and not json
        best = entry(db, answer.results[0].id, whole=full) if found else None
        return answer, best, problems(db)

    answer, best, wrong = read_index(root_of(root), read)
    warn(wrong)
    if json:
        say_json(answer.as_json())
    else:
        from dlfaq.terminal.answers import render_answer

        typer.echo(
            render_answer(answer, best, full=full, explain=explain, rich=sys.stdout.isatty())
        )
    raise typer.Exit(0 if answer.answered else 1)


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
        str,
        typer.Argument(
            metavar="ID[#PART]",
            help="An entry's id, as `dlfaq list` shows it, or one of its parts.",
        ),
    ],
    json: AsJson = False,
    root: Root = None,
) -> None:
    """Show an entry whole: answer, claims with their controls, what sources say, references.

    Example: dlfaq show initial-loss
    """
    from dlfaq.ask import reader
    from dlfaq.ask.freshness import read_index

    name, mark, part = entry.partition("#")
    where = root_of(root)
    found, raw, known = read_index(
        where,
        lambda db: (reader.entry(db, name), reader.document(db, name), reader.ids(db)),
    )
    if found is None or raw is None:
        wrong = read_index(where, lambda db: reader.problems_of(db, name))
        raise Problems(wrong) if wrong else _unknown(name, "entry", known)
    warn(read_index(where, reader.problems))
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
    typer.echo(render_part(found, shown, rich=rich) if shown else render_entry(found, rich=rich))


def _unknown(name: str, what: str, known: Iterable[str]) -> Problems:
    message = f"there is no {what} '{name}'."
    return Problems([Problem("dlfaq show", None, message, did_you_mean(name, known))])


def list_entries(
    topic: Annotated[
        str | None, typer.Option("--topic", "-t", help="Only the entries of this topic.")
    ] = None,
    json: AsJson = False,
    root: Root = None,
) -> None:
    """List the entries with their verified claims.

    Example: dlfaq list --topic activations
    """
    from dlfaq.ask.freshness import read_index
    from dlfaq.ask.reader import problems, rows, topics

    found, known, wrong = read_index(
        root_of(root), lambda db: (rows(db, topic), topics(db), problems(db))
    )
    warn(wrong)
    if topic is not None and topic not in known:
        raise Problems(
            [
                Problem(
                    "dlfaq list", None, f"there is no topic '{topic}'.", did_you_mean(topic, known)
                )
            ]
        )
    if json:
        say_json([row.as_json() for row in found])
        return
    from dlfaq.terminal.entries import render_list

    named = {topic: known[topic]} if topic else {}
    typer.echo(render_list(found, named, rich=sys.stdout.isatty()))
