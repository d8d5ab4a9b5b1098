"""The program: its commands, and the one place that turns problems into an exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import typer

from dlfaq.cli import making, playing, reading, verifying
from dlfaq.cli.shared import complain
from dlfaq.errors import Problem, Problems

app = typer.Typer(
    name="dlfaq",
    help="The FAQ of neural-network training whose answers are checked.",
    no_args_is_help=True,
    rich_markup_mode=None,  # help is plain text: nothing of rich is loaded for it
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
site = typer.Typer(help="Build or serve the site.", no_args_is_help=True, rich_markup_mode=None)

SHORTEST = 4  # letters of what may be a mistyped command: `how` is no `show`
# what an asker types may begin with a dash; a simulation's parameters are in its file
FREE = {"ignore_unknown_options": True}

app.command(context_settings=FREE)(reading.ask)
app.command()(reading.show)
app.command("list")(reading.list_entries)
app.command()(verifying.verify)
app.command(context_settings=FREE | {"allow_extra_args": True})(playing.run)
app.command()(verifying.check)
site.command("build")(making.site_build)
site.command("serve")(making.site_serve)
app.add_typer(site, name="site")
app.command()(making.new)
app.command()(making.init)
app.command()(making.schema)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("dlfaq"))
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Ask, verify, read: the FAQ of neural-network training whose answers are checked."""


def _give_up(error: OSError) -> None:
    """Say what cannot be read or written.

    What was not yet shown is dropped; Python would try to write it again.
    """
    place = str(error.filename or "dlfaq")
    problem = Problem(place, None, f"{error.strerror or error}.", "Make room, or write elsewhere.")
    with suppress(OSError):
        complain(Problems([problem]))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _as_asked(words: list[str]) -> list[str]:
    """The command line; a first word that is no command begins a question.

    Raises:
        Problems: If it looks like a command that was mistyped.
    """
    if not words or words[0].startswith("-"):
        return words
    known = [str(one.name or one.callback.__name__) for one in app.registered_commands]
    known += [str(one.name) for one in app.registered_groups]
    first = words[0]
    if first in known:
        return words
    from dlfaq.ask.spelling import distance

    meant = [one for one in known if len(first) >= SHORTEST and distance(first, one, 1) <= 1]
    if meant:
        hint = f"Did you mean `dlfaq {meant[0]}`? `dlfaq ask {first} …` asks it as a question."
        raise Problems([Problem("dlfaq", None, f"there is no command '{first}'.", hint)])
    return ["ask", *words]


def main(words: Sequence[str] | None = None, name: str | None = None) -> None:
    """Run the program; the console script's door.

    Args:
        words: The command line; the process's own if not given.
        name: What the program calls itself in its help; its own name if not given.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(
            errors="replace"
        )  # a terminal without Unicode gets a "?", not a traceback
    try:
        app(args=_as_asked(list(sys.argv[1:] if words is None else words)), prog_name=name)
    except Problems as found:
        complain(found)
        raise SystemExit(2) from None
    except OSError as error:  # a full disk, a folder that cannot be written
        _give_up(error)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
