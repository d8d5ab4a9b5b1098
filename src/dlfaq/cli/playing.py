"""`dlfaq run`: play with a simulation."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlfaq.cli.shared import (
    AsJson,
    Root,
    missing_extra,
    root_of,
    say_json,
    say_that_it_runs,
)
from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.terminal import sanitise

if TYPE_CHECKING:
    from dlfaq.knowledge.experiment import Scalar
    from dlfaq.knowledge.simulations import Signature

WIDTH = 80  # columns of a terminal
NAME = 22  # of which a simulation's name takes these


def run(
    context: typer.Context,
    simulation: Annotated[
        str | None,
        typer.Argument(metavar="[SIM]", help="A file of sims/. Without it, they are listed."),
    ] = None,
    replicates: Annotated[
        int, typer.Option("--replicates", "-n", min=1, max=65536, help="How many.")
    ] = 32,
    first: Annotated[
        int, typer.Option("--first", min=0, help="The number of the first replicate.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draw other replicates.")] = 0,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw the measurements: .svg, .png or .pdf.")
    ] = None,
    device: Annotated[
        str, typer.Option("--device", help="Where tensors live: cpu or cuda.")
    ] = "cpu",
    json: AsJson = False,
    root: Root = None,
) -> None:
    """Run a simulation with parameters of your choice, and show what it measures.

    A simulation is a Python program, and it runs on this machine.

    Parameters follow as --name value; `dlfaq run SIM --parameters` lists them.

    Example: dlfaq run initial_loss --classes 100
    """
    where = root_of(root)
    if simulation is None:
        _list(where)
        return
    signature = _signature(where, simulation)
    if "--parameters" in context.args:
        _describe(signature)
        return
    given = _parse(signature, context.args)
    say_that_it_runs(where)
    try:
        from dlfaq.verify.worker import settle

        settle()  # before numpy, which fixes its threads when it is loaded
        from dlfaq.verify.play import draw, play

        played = play(
            where,
            signature,
            given,
            first=first,
            replicates=replicates,
            device=device,
            seed=seed,
        )
        if figure is not None:
            draw(played, figure)
    except ModuleNotFoundError as error:
        extra = "figures" if (error.name or "").startswith("matplotlib") else "verify"
        raise missing_extra(error.name, extra) from error
    if json:
        say_json(played.as_json())
        return
    _show(played.rows())
    typer.echo("")
    for name, doc in played.docs.items():
        typer.echo(sanitise(textwrap.fill(f"{name}: {doc}", WIDTH, subsequent_indent="  ")))


def _signature(root: Path, name: str) -> "Signature":
    from dlfaq.knowledge.simulations import read_simulation, simulation_names

    names = simulation_names(root)
    if name not in names:
        raise Problems(
            [
                Problem(
                    "dlfaq run",
                    None,
                    f"there is no simulation '{name}'.",
                    did_you_mean(name, names),
                )
            ]
        )
    return read_simulation(root, name)


def _parse(signature: "Signature", words: Sequence[str]) -> "dict[str, Scalar]":
    """`--name value` and `--name=value` pairs, checked; all problems at once."""
    from dlfaq.knowledge.simulations import coerce

    given: dict[str, Scalar] = {}
    problems = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").replace("-", "_").partition("=")
        value = word.partition("=")[2] if equals else value
        if not word.startswith("--"):
            problems.append(_problem(signature, f"'{word}' is not of the form --name value.", name))
        elif name not in signature.parameters:
            problems.append(_problem(signature, f"there is no parameter '{name}'.", name))
            if not equals and rest and not rest[0].startswith("--"):
                rest.pop(0)
        elif not equals and not rest:
            problems.append(_problem(signature, f"--{name} has no value.", name))
        else:
            try:
                given[name] = coerce(signature.parameters, name, value if equals else rest.pop(0))
            except ValueError as error:
                problems.append(Problem(f"dlfaq run {signature.name}", None, str(error)))
    if problems:
        raise Problems(problems)
    return given


def _problem(signature: "Signature", what: str, name: str) -> Problem:
    return Problem(
        f"dlfaq run {signature.name}", None, what, did_you_mean(name, signature.parameters)
    )


def _list(root: Path) -> None:
    """Each folder with its simulations, one line each, cut to fit a terminal."""
    from dlfaq.knowledge.simulations import read_simulation, simulation_names

    folders: dict[str, list[Signature]] = {}
    for name in simulation_names(root):
        signature = read_simulation(root, name)
        folders.setdefault(signature.path.parent.name, []).append(signature)
    for number, folder in enumerate(sorted(folders)):
        typer.echo(sanitise(f"{chr(10) if number else ''}{folder}"))
        for signature in folders[folder]:
            room = WIDTH - NAME - 4
            typer.echo(
                sanitise(f"  {signature.name:{NAME}}  {_shortened(signature.summary, room)}")
            )


def _shortened(text: str, room: int) -> str:
    """A text that fits the room: whole, up to a comma or colon of its second half, or cut."""
    if len(text) <= room:
        return text
    pause = max(text.rfind(mark, room // 2, room) for mark in (", ", ": ", "; "))
    return text[:pause] if pause > 0 else text[: room - 1].rsplit(" ", 1)[0] + " …"


def _describe(signature: "Signature") -> None:
    typer.echo(sanitise(signature.summary))
    typer.echo("\nParameters:")
    for parameter in signature.parameters.values():
        kind = " | ".join(map(str, parameter.choices)) if parameter.choices else parameter.type
        typer.echo(
            sanitise(f"  --{parameter.name} {kind} (default {parameter.default}): {parameter.doc}")
        )
    typer.echo("\nMetrics:")
    for metric in signature.metrics.values():
        axis = f"[{metric.axis}]" if metric.axis else ""
        typer.echo(sanitise(f"  {metric.name}{axis}: {metric.doc}"))


def _show(rows: Sequence[Sequence[Any]]) -> None:
    """A table with a header, columns aligned."""
    texts = [[sanitise(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))]
    for row in texts:
        typer.echo(
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        )
