"""What several commands share: where the FAQ lies, and how things are said."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlfaq.errors import Problem, Problems, left_out
from dlfaq.paths import MARK, bundled_root, find_root, state_dir
from dlfaq.sanitise import escaped, sanitise

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
    """Print a value as JSON on standard output, with nothing in it that a terminal would obey."""
    import json  # loaded only for programs

    text = json.dumps(value, indent=1, ensure_ascii=not _speaks_unicode(), allow_nan=False)
    typer.echo(escaped(text))


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


def say_that_it_runs(root: Path) -> None:
    """Say that simulations are programs, once for each FAQ that did not come with dlfaq.

    Where nothing can be remembered it is said each time.
    """
    if root.resolve() == bundled_root().resolve():
        return
    said, line = state_dir() / "runs.txt", str(root.resolve())
    try:
        if line in said.read_text("utf-8", "surrogateescape").split("\n"):
            return
    except OSError:
        pass
    notice(f"This runs the simulations in {root / 'sims'}: Python programs, with all your rights.")
    with suppress(OSError):
        said.parent.mkdir(parents=True, exist_ok=True)
        with said.open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{line}\n")


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
