"""What `dlfaq verify` shows: a table of claims on a terminal, lines in a pipe, JSON for a program."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from dlfaq.terminal import number, sanitise
from dlfaq.terminal.answers import VERDICTS

if TYPE_CHECKING:
    from dlfaq.verify.engine import Ruling
    from dlfaq.verify.evidence import Side


def measured(side: "Side", *, where: bool = True) -> str:
    """The decisive estimate of a side with its interval, and `where` along the sweep it was taken."""
    judged, point = side.decisive()
    at = ", ".join(f"{name}={value}" for name, value in point.at.items())
    place = f" at {at}" if at and where else ""
    if judged.expect.startswith("all("):  # a condition: it held in so many replicates
        return f"{round(point.estimate * point.replicates)} of {point.replicates} replicates{place}"
    low, high = point.interval
    return f"{number(point.estimate)} [{number(low)}, {number(high)}]{place}"


def render(rulings: "Sequence[Ruling]", compared: Sequence[str], *, recorded_now: bool) -> None:
    """Show the rulings on standard output."""
    if sys.stdout.isatty():
        _table(rulings)
    else:
        for ruling in rulings:
            typer.echo(sanitise("\n".join(describe(ruling))))
    _broken(rulings)
    typer.echo(_summary(rulings, compared, recorded_now=recorded_now))


def describe(ruling: "Ruling") -> list[str]:
    """A claim in a few plain lines: verdict, each expectation with what was measured, each control."""
    lines = [f"{ruling.verdict.word}: {ruling.entry}/{ruling.claim} ({ruling.verdict.value})"]
    if ruling.evidence is not None:
        sides = [("expects", ruling.evidence.claim), *(("control", side) for side in ruling.evidence.controls)]
        for title, side in sides:
            judged, _ = side.decisive()
            why = f" ({side.why})" if side.why else ""
            lines.append(f"  {title}: {judged.expect}: {side.outcome}, measured {measured(side)}{why}")
        lines.append(f"  {ruling.evidence.claim.replicates} replicates, {ruling.seconds:.1f} s")
    return lines + [f"  {error}" for error in ruling.errors]


def _table(rulings: "Sequence[Ruling]") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, justify in [
        ("claim", "left"),
        ("prediction", "left"),
        ("measured", "left"),
        ("control", "left"),
        ("verdict", "left"),
        ("n", "right"),
        ("s", "right"),
    ]:
        table.add_column(title, justify=justify, overflow="fold")
    for ruling in rulings:
        mark, colour = VERDICTS[ruling.verdict.word]
        cells = [f"{ruling.entry}/\n{ruling.claim}", *_cells(ruling)]
        texts = [Text(sanitise(cell)) for cell in cells]
        texts.insert(4, Text(f"{mark} {ruling.verdict.word}", style=colour))
        table.add_row(*texts)
    Console().print(table)


def _cells(ruling: "Ruling") -> list[str]:
    seconds = f"{ruling.seconds:.1f}"
    if ruling.evidence is None:
        return ["", "broke", "", "", seconds]
    side = ruling.evidence.claim
    controls = "\n".join(f"{control.outcome}: {measured(control, where=False)}" for control in ruling.evidence.controls)
    return [side.decisive()[0].expect, measured(side), controls, str(side.replicates), seconds]


def _broken(rulings: "Sequence[Ruling]") -> None:
    if sys.stdout.isatty():  # in a pipe each claim's lines already say it
        for ruling in rulings:
            for error in ruling.errors:
                typer.echo(sanitise(f"{ruling.entry}/{ruling.claim}: {error}"))


def _summary(rulings: "Sequence[Ruling]", compared: Sequence[str], *, recorded_now: bool) -> str:
    words = [ruling.verdict.word for ruling in rulings]
    counts = ", ".join(f"{words.count(word)} {word}" for word in VERDICTS if word in words)
    differ = [f"{r.entry}/{r.claim}" for r, same in zip(rulings, compared, strict=True) if same == "differs"]
    text = f"{len(rulings)} claims: {counts or 'none'}."
    if differ:
        text += f" Different from what was recorded{' before' if recorded_now else ''}: {', '.join(differ)}."
    if "never recorded" in compared and not recorded_now:
        text += " Not all were recorded yet: `dlfaq verify --record` writes the evidence."
    return text


def as_json(rulings: "Sequence[Ruling]", compared: Sequence[str]) -> dict[str, Any]:
    """One object a claim; `estimate` and `interval` are the decisive ones, `points` are all."""
    return {"claims": [_claim_json(ruling, same) for ruling, same in zip(rulings, compared, strict=True)]}


def _claim_json(ruling: "Ruling", recorded: str) -> dict[str, Any]:
    evidence = ruling.evidence
    return {
        "entry": ruling.entry,
        "claim": ruling.claim,
        "verdict": ruling.verdict.word,
        **_side_json(evidence.claim if evidence else None),
        "replicates": evidence.claim.replicates if evidence else 0,
        "seconds": round(ruling.seconds, 3),
        "controls": [
            {"verdict": side.outcome, "why": side.why, **_side_json(side)}
            for side in (evidence.controls if evidence else ())
        ],
        "recorded": recorded,
        "errors": list(ruling.errors),
    }


def _side_json(side: "Side | None") -> dict[str, Any]:
    if side is None:
        return {"expectation": None, "estimate": None, "interval": None, "points": []}
    judged, point = side.decisive()
    points = [
        {"expectation": one.expect, **{name: getattr(at, name) for name in ("at", "outcome", "estimate", "interval")}}
        for one in side.expectations
        for at in one.points
    ]
    return {"expectation": judged.expect, "estimate": point.estimate, "interval": point.interval, "points": points}
