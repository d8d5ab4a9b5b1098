"""What several commands share: where the FAQ lies, and how things are said."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlfaq.errors import Problem, Problems, left_out
from dlfaq.paths import MARK, find_root
from dlfaq.sanitise import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterable

Root = Annotated[
    Path | None,
    typer.Option(
        "--root", help="The folder of the FAQ. Default: the one around you, else the bundled FAQ."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def root_of(given: Path | None) -> Path:
    """The FAQ's folder.

    Raises:
        Problems: If the given folder holds no FAQ.
    """
    if given is None:
        return find_root()
    if not (given / MARK).is_file():
        hint = f"An FAQ has a file {MARK}; `dlfaq init {given}` starts one."
        raise Problems([Problem(str(given), None, "there is no FAQ here.", hint)])
    return given.resolve()


def say_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    import json  # loaded only for programs

    typer.echo(json.dumps(value, indent=1, ensure_ascii=not _speaks_unicode(), allow_nan=False))


def complain(found: Problems) -> None:
    """Print problems on standard error, with nothing in them that a terminal would obey."""
    for problem in found.problems:
        typer.echo(sanitise(str(problem)), err=True)


def warn(problems: "Iterable[Problem]") -> None:
    """Say on standard error what is left out, in one line a file."""
    for line in left_out(problems):
        notice(line)


def notice(line: str) -> None:
    """Say something on standard error, with nothing in it that a terminal would obey."""
    typer.echo(sanitise(line), err=True)


def missing_extra(package: str | None, extra: str) -> Problems:
    """What to say when a command needs a package of an extra that is not installed."""
    hint = f'pip install "dlfaq[{extra}]"'
    return Problems(
        [
            Problem(
                "dlfaq",
                None,
                f"this command needs the package {package}, which is not installed.",
                hint,
            )
        ]
    )


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
