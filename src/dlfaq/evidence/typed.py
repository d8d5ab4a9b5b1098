"""Numbers that somebody typed although a placeholder of the entry shows them as measured."""

import re
from collections.abc import Iterator

from dlfaq.errors import Problem
from dlfaq.evidence.record import Evidence
from dlfaq.knowledge.entry import Entry
from dlfaq.knowledge.placeholders import placeholders_of

# what holds numbers that nobody measured: placeholders, formulas, code, citations, links
_ASIDE = re.compile(
    r"\{\{[^{}]{0,500}\}\}|\$\$.{0,1000}?\$\$|\$[^$\n]{0,1000}\$|```.{0,5000}?```|`[^`\n]{0,300}`"
    r"|\[@[a-z0-9-]+\]|\]\([^)]{0,500}\)",
    re.DOTALL,
)
_NUMBER = re.compile(r"(?<![\w.])(\d+\.\d+|\d{2,})( ?%)?(?![\w.]*\d)")
_LEAST_DIGITS = 3  # significant ones, of a percentage one less: below, numbers meet by chance


def typed_numbers(entry: Entry, evidence: Evidence) -> Iterator[Problem]:
    """Each number in the prose of an entry that equals one that was measured for it.

    Parameters and bounds are no measurements: a number that the entry's experiments or expectations
    hold is left alone.
    """
    measured = list(_measured(entry, evidence))
    ours = _own_numbers(entry)
    for path, text in entry.texts():
        for match in _NUMBER.finditer(_ASIDE.sub(" ", text)):
            written, percent = match[1], bool(match[2])
            value = float(written) / (100 if percent else 1)
            if len(written.replace(".", "").strip("0")) + percent < _LEAST_DIGITS or value in ours:
                continue
            decimals = len(written.partition(".")[2]) + (2 if percent else 0)
            name = next(
                (name for name, number in measured if round(number, decimals) == round(value, 6)),
                "",
            )
            if name:
                where = ".".join(map(str, path))
                what = f"{where} has the number {match[0].strip()}, which '{name}' measured."
                hint = f"Write the placeholder: {{{{ {name} }}}}."
                yield Problem(f"faq/{entry.id}.yaml", None, what, hint)


def _measured(entry: Entry, evidence: Evidence) -> Iterator[tuple[str, float]]:
    """What placeholders show of measured claims; what follows from mathematics may be typed."""
    kinds = {claim.id: claim.kind for claim in entry.claims}
    for shown in placeholders_of(entry):
        value = evidence.values.get(shown.text)
        if value is not None and kinds.get(shown.claim) == "measured":
            yield shown.text, value.estimate


def _own_numbers(entry: Entry) -> set[float]:
    """The numbers of experiments and expectations."""
    texts = [claim.expect for claim in entry.claims]
    for experiment in entry.experiments.values():
        sides = (experiment, *experiment.conditions.values())
        texts += [repr((side.given, side.arms, side.sweep)) for side in sides]
    found = {
        float(number) for text in texts for number in re.findall(r"\d+\.?\d*(?:e-?\d+)?", text)
    }
    return found | {1 - number for number in found}
