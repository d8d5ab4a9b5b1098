"""The table of an entry's claims: predicted, measured, where else it holds, where it fails.

As Markdown it is a table, and a box for each row with all there is to know. `safe` makes of each
row and its box one thing that opens.
"""

from collections.abc import Callable, Iterator
from textwrap import indent

from dlfaq.evidence.record import ClaimEvidence, Point, Side
from dlfaq.evidence.verdict import Verdict
from dlfaq.evidence.words import OUTCOMES, interval, measured, number, predicted
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.placeholders import render
from dlfaq.knowledge.simulations import Signature
from dlfaq.site.conditions import changes, naming, setting
from dlfaq.site.figures.claim import place
from dlfaq.site.figures.fence import fence
from dlfaq.site.shared import Known, claim_mark, tally
from dlfaq.site.text import code, escape, in_cell, line

HEAD = ("", "claim", "predicted", "measured", "also holds", "fails when")
UNBROKEN = "\N{NO-BREAK SPACE}"
SENTENCES = {verdict.word: verdict.sentence for verdict in Verdict}
Signatures = Callable[[str], Signature]


def claims(entry: Entry, known: Known, signatures: Signatures) -> Iterator[str]:
    """The section as Markdown, line by line."""
    if not entry.claims:
        return
    yield "## Where it holds and where it does not { #where-it-holds .dl-claims }\n"
    yield f"{_about(entry, known)}\n{{ .dl-count }}\n"
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{' --- |' * len(HEAD)}"
    for claim in entry.claims:
        yield f"| {' | '.join(map(in_cell, _row(entry, claim, known)))} |"
    yield ""
    for claim in entry.claims:
        yield f'??? claim "{claim.id}"\n'
        for one in _opened(entry, claim, known, signatures):
            yield indent(one, "    ")


def in_words(side: Side) -> str:
    """What was measured in one setting, in a few words."""
    points = side.points
    if not points:
        return ""
    one = side.decisive()
    shown = f"{measured(one)} {interval(one)}".strip()
    if len(points) == 1:
        return shown
    if _counted(one) and all(point.estimate == 1 for point in points):
        return f"all of {sum(point.replicates for point in points)}"
    if not _alike(points):
        return f"{shown} at {place(one)}"
    values = [point.estimate for point in points]
    return f"{number(min(values))} to {number(max(values))} at {len(points)} points"


def _about(entry: Entry, known: Known) -> str:
    evidence = known.evidence.get(entry.id)
    if evidence is None:
        return "Nothing was measured yet."
    counted = tally([entry], known)
    on = f"{counted.replicates:,} replicates on torch {escape(evidence.torch)}"
    return f"A row opens to its figure and all its numbers. {on}."


def _row(entry: Entry, claim: Claim, known: Known) -> Iterator[str]:
    evidence = known.of(entry, claim)
    named = naming(entry, claim)
    yield claim_mark(claim, evidence)
    yield line(claim.says)
    yield escape(_predicted(evidence.own)) if evidence else ""
    yield measured_in_words(entry, claim, known)
    holds = evidence.holds_under if evidence else {}
    also = ", ".join(_holding(named(name), holds.get(name)) for name in claim.holds_under)
    yield also.replace("× ", f"×{UNBROKEN}")
    fails = evidence.fails_under if evidence else {}
    yield " ".join(
        _failing(named(name), why, fails.get(name)) for name, why in claim.fails_under.items()
    )


def _predicted(side: Side) -> str:
    if not side.points:
        return ""
    one = side.decisive()
    return predicted(one) if _alike(side.points) else f"{predicted(one)} at {place(one)}"


def _alike(points: tuple[Point, ...]) -> bool:
    """Whether all points are held against the same prediction."""
    return len({(point.low, point.high) for point in points}) == 1


def _counted(point: Point) -> bool:
    return " of " in measured(point)


def measured_in_words(entry: Entry, claim: Claim, known: Known) -> str:
    """What was measured of a claim, as its author says it or in figures; empty if nothing was."""
    evidence = known.of(entry, claim)
    if evidence is None:
        return ""
    if claim.shows:
        return line(render(claim.shows, known.evidence[entry.id].values, claim=claim.id))
    return escape(in_words(evidence.own))


def _holding(name: str, side: Side | None) -> str:
    if side is None:
        return f"{escape(name)} (not measured)"
    return escape(name) if side.outcome == "holds" else f"{escape(name)} ({_outcome(side)} there)"


def _failing(name: str, why: str, side: Side | None) -> str:
    """A condition with its reason; what came out otherwise is said."""
    otherwise = "" if side is None or side.outcome == "fails" else f" ({_outcome(side)} here)"
    return f"**{escape(name)}**{otherwise}: {line(why).rstrip('.')}."


def _outcome(side: Side) -> str:
    return {"holds": "holds", "fails": "fails"}.get(side.outcome, OUTCOMES[side.outcome])


def _opened(entry: Entry, claim: Claim, known: Known, signatures: Signatures) -> Iterator[str]:
    """All there is to know of a claim."""
    evidence = known.of(entry, claim)
    experiment = entry.experiment_of(claim)
    if evidence and evidence.verdict in SENTENCES:
        yield f"{SENTENCES[evidence.verdict].capitalize()}.\n"
    yield f"Predicted: {code(claim.expect)}\n{{ .dl-expect }}\n"
    if evidence and evidence.own.points:
        yield fence("claim", entry.id, claim.id)
        yield fence("numbers", entry.id, claim.id)
    said = setting(experiment, signatures(experiment.simulation), claim.at)
    yield f"Setting: {escape(said)}.\n"
    named = naming(entry, claim)
    told = [
        f"*{escape(named(name))}*: {escape(changes(experiment.condition(name)))}"
        for name in claim.conditions
        if named(name) != changes(experiment.condition(name))
    ]
    if told:
        yield f"Conditions: {'; '.join(told)}.\n"
    yield f"{_seeds(evidence)}{_repeat(entry, claim)}\n{{ .dl-repeat }}\n"


def _seeds(evidence: ClaimEvidence | None) -> str:
    if evidence is None or not evidence.seeds:
        return ""
    return f"The same on other replicates: seeds {', '.join(map(str, (0, *evidence.seeds)))}. "


def _repeat(entry: Entry, claim: Claim) -> str:
    name = entry.experiment_of(claim).simulation
    every = " --conditions" if claim.holds_under else ""
    command = code(f"dlfaq verify {entry.id}/{claim.id} --fresh{every}")
    return f"Simulation [`{name}`](../simulations/{name}.md). Repeat it: {command}"
