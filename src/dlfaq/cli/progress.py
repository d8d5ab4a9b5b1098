"""The live display of a verification, on standard error, and only on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from dlfaq.terminal import sanitise

Report = Callable[..., None]


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Report]:
    """Give a callable for the engine's events.

    On a terminal it draws a bar. Elsewhere, and when quiet, it only says which trials broke.
    """
    if quiet or not sys.stderr.isatty():
        yield _broken_only
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("trials", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("planning", total=None)
        done, total, ruled, workers = 0, 0, 0, 0

        def report(event: str, **data: Any) -> None:
            nonlocal done, total, ruled, workers
            if event == "planned":  # each look may add trials
                total += data["trials"] - data.get("cached", 0)
            elif event in {"finished", "broke"}:
                done += 1
                workers = data.get("workers", workers)
            elif event == "ruled":
                ruled += 1
            if event == "broke":
                bar.console.print(sanitise(f"broke: {data['error']}"), markup=False, style="red")
            bar.update(
                task,
                description=_described(ruled, workers),
                total=total or None,
                completed=done,
            )

        yield report


def _described(ruled: int, workers: int) -> str:
    where = f", {workers} worker{'s' if workers > 1 else ''}" if workers else ""
    return f"{ruled} claims ruled on{where}"


def _broken_only(event: str, **data: Any) -> None:
    if event == "broke":
        typer.echo(sanitise(f"broke: {data['error']}"), err=True)
