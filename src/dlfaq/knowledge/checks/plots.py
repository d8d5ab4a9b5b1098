"""The plots of an entry against its experiments: axis, fixed parameters, and each line."""

from collections.abc import Iterator

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.checks.spelt import Settings, Spelt
from dlfaq.knowledge.entry import Plot
from dlfaq.knowledge.entry_file import EntryFile
from dlfaq.knowledge.expectation import ExpectationError
from dlfaq.knowledge.experiment import Experiment
from dlfaq.knowledge.plots import draws_share, frames, line_quantity
from dlfaq.knowledge.scope import Message, check_line


def check_plots(file: EntryFile, settings: Settings) -> Iterator[Problem]:
    """Everything that is wrong with the plots of an entry."""
    ids = [claim.id for claim in file.entry.claims]
    for place, plot in enumerate(file.entry.plots):
        if plot.claim not in ids:
            what = f"a plot names the claim '{plot.claim}', which the entry does not have."
            yield file.problem(("plots", place, "claim"), what, did_you_mean(plot.claim, ids))
            continue
        experiment = file.entry.claim(plot.claim).experiment
        spelt = settings.get(experiment)
        if spelt is not None:
            for what, hint in _wrong(plot, file.entry.experiments[experiment], spelt):
                yield file.problem(("plots", place), f"the plot of '{plot.claim}' {what}.", hint)


def _wrong(plot: Plot, experiment: Experiment, spelt: Spelt) -> Iterator[Message]:
    signature = spelt.scope.signature
    axes = sorted({metric.axis for metric in signature.metrics.values() if metric.axis})
    sweep = experiment.sweep
    if plot.x not in sweep and plot.x not in axes:
        known = [*sweep, *axes]
        hint = (
            did_you_mean(plot.x, known)
            if known
            else "The experiment sweeps nothing and measures no curve."
        )
        yield (
            f"has '{plot.x}' as its x, which the experiment neither sweeps nor has curves along",
            hint,
        )
        return
    if plot.x in sweep and any(isinstance(value, str | bool) for value in sweep[plot.x]):
        yield f"has '{plot.x}' as its x, whose values are no numbers", ""
    if not frames(plot, spelt.setting.points):
        yield f"holds {dict(plot.at)}, where the experiment has no point", ""
    yield from _wrong_lines(plot, spelt, None if plot.x in sweep else plot.x)


def _wrong_lines(plot: Plot, spelt: Spelt, axis: str | None) -> Iterator[Message]:
    """A line of parameters alone is what theory says: it needs a measured one beside it."""
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
            messages += check_line(quantity, spelt.scope, axis)
    measured = spelt.scope.metrics
    if plot.lines and not messages and not names & set(measured):
        messages.append(("draws nothing that was measured", f"Metrics: {', '.join(measured)}."))
    yield from messages
