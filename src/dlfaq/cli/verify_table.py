"""What `dlfaq verify` shows: a table on a terminal, lines in a pipe, JSON for a program."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from dlfaq.evidence.verdict import Verdict
from dlfaq.evidence.words import interval, measured, predicted, where
from dlfaq.terminal import sanitise

if TYPE_CHECKING:
    from dlfaq.evidence.record import ClaimEvidence, Side
    from dlfaq.verify.ruling import Ruling

COLUMNS = ("claim", "predicted", "measured", "also holds", "fails under", "verdict", "n", "s")
NUMBERS = ("n", "s")


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
    """A claim in a few plain lines: its verdict, and what was measured in each setting."""
    lines = [f"{ruling.verdict.word}: {ruling.entry}/{ruling.claim} ({ruling.verdict.sentence})"]
    evidence = ruling.evidence
    if evidence is not None:
        lines.append(
            f"  expects {evidence.expect}: {evidence.own.outcome}, measured {told(evidence.own)}"
        )
        for role, sides in (
            ("should hold", evidence.holds_under),
            ("should fail", evidence.fails_under),
        ):
            for name, side in sides.items():
                recorded = ", as recorded" if name in ruling.taken_over else ""
                lines.append(
                    f"  {role} under {name}: {side.outcome}, measured {told(side)}{recorded}"
                )
        confirmed = f", confirmed on {len(evidence.seeds)} other seeds" if evidence.seeds else ""
        lines.append(f"  {evidence.own.replicates} replicates, {ruling.seconds:.1f} s{confirmed}")
    return lines + [f"  {error}" for error in ruling.errors]


def told(side: "Side", *, at: bool = True) -> str:
    """The decisive estimate of a side with its interval, and where along the sweep it was taken."""
    point = side.decisive()
    place = f" at {where(point)}" if point.at and at else ""
    return " ".join(filter(None, [measured(point), interval(point)])) + place


def _table(rulings: "Sequence[Ruling]") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in COLUMNS:
        table.add_column(title, justify="right" if title in NUMBERS else "left", overflow="fold")
    for ruling in rulings:
        verdict = ruling.verdict
        texts = [
            Text(sanitise(cell)) for cell in (f"{ruling.entry}/\n{ruling.claim}", *_cells(ruling))
        ]
        texts.insert(5, Text(f"{verdict.mark} {verdict.word}", style=verdict.colour))
        table.add_row(*texts)
    Console().print(table)


def _cells(ruling: "Ruling") -> list[str]:
    """What stands in the columns but the first and the verdict's."""
    evidence = ruling.evidence
    seconds = f"{ruling.seconds:.1f}"
    if evidence is None:
        return ["", "broke", "", "", "", seconds]
    own = evidence.own
    holds = "\n".join(_named(name, side, ruling) for name, side in evidence.holds_under.items())
    fails = "\n".join(_named(name, side, ruling) for name, side in evidence.fails_under.items())
    return [predicted(own.decisive()), told(own), holds, fails, str(own.replicates), seconds]


def _named(name: str, side: "Side", ruling: "Ruling") -> str:
    recorded = " (recorded)" if name in ruling.taken_over else ""
    return f"{name}: {measured(side.decisive())}{recorded}"


def _broken(rulings: "Sequence[Ruling]") -> None:
    if sys.stdout.isatty():  # in a pipe each claim's lines already say it
        for ruling in rulings:
            for error in ruling.errors:
                typer.echo(sanitise(f"{ruling.entry}/{ruling.claim}: {error}"))


def _summary(rulings: "Sequence[Ruling]", compared: Sequence[str], *, recorded_now: bool) -> str:
    found = [ruling.verdict for ruling in rulings]
    counts = ", ".join(f"{found.count(one)} {one.word}" for one in Verdict if one in found)
    differ = [
        f"{r.entry}/{r.claim}"
        for r, same in zip(rulings, compared, strict=True)
        if same == "differs"
    ]
    text = f"{len(rulings)} claims: {counts or 'none'}."
    if differ:
        text += (
            f" Different from what was recorded{' before' if recorded_now else ''}: "
            f"{', '.join(differ)}."
        )
    if "never recorded" in compared and not recorded_now:
        text += " Not all were recorded yet: `dlfaq verify --record` writes the evidence."
    return text


def as_json(rulings: "Sequence[Ruling]", compared: Sequence[str]) -> dict[str, Any]:
    """One object a claim; `estimate` and `interval` are the decisive ones, `points` are all."""
    return {
        "claims": [
            _claim_json(ruling, same) for ruling, same in zip(rulings, compared, strict=True)
        ]
    }


def _claim_json(ruling: "Ruling", recorded: str) -> dict[str, Any]:
    evidence: ClaimEvidence | None = ruling.evidence
    return {
        "entry": ruling.entry,
        "claim": ruling.claim,
        "verdict": ruling.verdict.word,
        "expectation": evidence.expect if evidence else None,
        **_side_json(evidence.own if evidence else None),
        "replicates": evidence.own.replicates if evidence else 0,
        "seconds": round(ruling.seconds, 3),
        "holds_under": {name: _side_json(side) for name, side in evidence.holds_under.items()}
        if evidence
        else {},
        "fails_under": {name: _side_json(side) for name, side in evidence.fails_under.items()}
        if evidence
        else {},
        "seeds": list(evidence.seeds) if evidence else [],
        "recorded": recorded,
        "errors": list(ruling.errors),
    }


def _side_json(side: "Side | None") -> dict[str, Any]:
    if side is None:
        return {"outcome": None, "estimate": None, "interval": None, "points": []}
    point = side.decisive()
    names = ("at", "outcome", "estimate", "interval")
    points = [{name: getattr(one, name) for name in names} for one in side.points]
    return {
        "outcome": side.outcome,
        "estimate": point.estimate,
        "interval": point.interval,
        "points": points,
    }
