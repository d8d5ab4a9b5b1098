"""The plots of an entry against its claims: the axis, what is held, and each line's expression."""

from collections.abc import Iterator, Mapping, Sequence

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.claim_checks import MOST_POINTS
from dlfaq.knowledge.conditions import expand, size
from dlfaq.knowledge.entry import Claim, Parameters, Plot
from dlfaq.knowledge.entry_file import EntryFile
from dlfaq.knowledge.expectation import ExpectationError, Quantity, parse_quantity
from dlfaq.knowledge.scope import Message, Scope, check_line, scope_of
from dlfaq.knowledge.simulations import Signature


def check_plots(file: EntryFile, signatures: Mapping[int, Signature]) -> Iterator[Problem]:
    """Everything that is wrong with the plots of an entry.

    Args:
        file: The entry.
        signatures: Of each claim's simulation, by the claim's place; those that cannot be read are left out.
    """
    ids = [claim.id for claim in file.entry.claims]
    for place, plot in enumerate(file.entry.plots):
        if plot.claim not in ids:
            what = f"a plot names the claim '{plot.claim}', which the entry does not have."
            yield file.problem(("plots", place, "claim"), what, did_you_mean(plot.claim, ids))
            continue
        number = ids.index(plot.claim)
        if number in signatures and number not in file.half_read:
            for what, hint in _wrong(plot, file.entry.claims[number], signatures[number]):
                yield file.problem(("plots", place), f"the plot of '{plot.claim}' {what}.", hint)


def line_quantity(text: str) -> Quantity:
    """The expression of a line, with what is drawn of it: the median over replicates, or the share of `fraction(…)`.

    Raises:
        ExpectationError: If it is not of the language.
    """
    return parse_quantity(text if draws_share(text) else f"median({text})")


def draws_share(text: str) -> bool:
    """Whether a line is the share of the replicates in which a condition holds."""
    return text.lstrip().startswith("fraction(")


def frames(plot: Plot, points: Sequence[Parameters]) -> list[tuple[Parameters, list[int]]]:
    """What a plot shows, picture by picture.

    Returns:
        For each setting of what the reader may turn: the setting, and the places of the sweep's points that it shows.
    """
    found: dict[tuple, tuple[Parameters, list[int]]] = {}
    for place, point in enumerate(points):
        if plot.at.items() <= point.items():
            turned = {name: value for name, value in point.items() if name != plot.x and name not in plot.at}
            found.setdefault(tuple(turned.items()), (turned, []))[1].append(place)
    return list(found.values())


def _wrong(plot: Plot, claim: Claim, signature: Signature) -> Iterator[Message]:
    if size(claim, None) > MOST_POINTS:
        return  # said of the claim
    axes = sorted({metric.axis for metric in signature.metrics.values() if metric.axis})
    if plot.x not in claim.sweep and plot.x not in axes:
        known = [*claim.sweep, *axes]
        hint = did_you_mean(plot.x, known) if known else "The claim sweeps nothing and measures no curve."
        yield f"has '{plot.x}' as its x, which the claim neither sweeps nor has curves along", hint
        return
    if plot.x in claim.sweep and any(isinstance(value, str | bool) for value in claim.sweep[plot.x]):
        yield f"has '{plot.x}' as its x, whose values are no numbers", ""
    condition = expand(claim, None, signature)
    if not frames(plot, condition.points):
        yield f"holds {dict(plot.at)}, where the claim has no point", ""
    yield from _wrong_lines(plot, scope_of(condition, signature), None if plot.x in claim.sweep else plot.x)


def _wrong_lines(plot: Plot, scope: Scope, axis: str | None) -> Iterator[Message]:
    """A line of parameters alone is what theory says: it needs one that was measured to stand beside."""
    names: set[str] = set()
    messages: list[Message] = []
    if len({draws_share(text) for text in plot.lines.values()}) > 1:
        hint = "Write all lines as fraction(…), or none."
        messages.append(("draws shares of the replicates beside medians", hint))
    for text in plot.lines.values():
        try:
            quantity = line_quantity(text)
        except ExpectationError as error:
            messages.append((f"draws `{text}`: {error}", ""))
        else:
            names |= quantity.names
            messages += check_line(quantity, scope, axis)
    if plot.lines and not messages and not names & set(scope.metrics):
        messages.append(("draws nothing that was measured", f"Metrics: {', '.join(scope.metrics)}."))
    yield from messages
