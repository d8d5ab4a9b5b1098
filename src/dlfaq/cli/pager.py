"""Long texts on a terminal go through its pager; short ones, and those for a pipe, are printed."""

import os
import sys

import typer

PROMPT = 1  # rows that the shell needs below


def say_long(text: str) -> None:
    """Print a text; on a terminal that it does not fit, through `PAGER`, else `less`."""
    if not _fits(text) and _page(text):
        return
    typer.echo(text)


def _fits(text: str) -> bool:
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        return True
    return text.count("\n") + 1 + PROMPT <= os.get_terminal_size(sys.stdout.fileno()).lines


def _page(text: str) -> bool:
    """Show the text in a pager; False if there is none."""
    import shlex  # loaded only where something is long
    import subprocess

    command = shlex.split(os.environ.get("PAGER") or "less")
    environment = {"LESS": "-FRX", **os.environ}
    try:
        # what the user set as the pager is what the user wants to run
        done = subprocess.run(  # noqa: S603
            command, input=text + "\n", text=True, env=environment, check=False
        )
    except (OSError, ValueError):
        return False
    return done.returncode == 0
