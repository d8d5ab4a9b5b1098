"""Numbers that somebody typed although a claim measured them: in prose they are placeholders."""

import re
from collections.abc import Iterator

from dlfaq.errors import Problem
from dlfaq.evidence.record import Evidence
from dlfaq.knowledge.entry import Entry

# what holds numbers that nobody measured: placeholders, formulas, code, citations, links
_ASIDE = re.compile(
    r"\{\{.*?\}\}|\$\$.*?\$\$|\$[^$\n]*\$|```.*?```|`[^`\n]*`|\[@[a-z0-9-]+\]|\]\([^)]*\)", re.DOTALL
)
_NUMBER = re.compile(r"(?<![\w.])(\d+\.\d+|\d{2,})( ?%)?(?![\w.]*\d)")
_LEAST_DIGITS = 2  # significant ones: below, numbers meet by chance


def typed_numbers(entry: Entry, evidence: Evidence) -> Iterator[Problem]:
    """Each number in the prose of an entry that equals one that was measured for it.

    Parameters and bounds are no measurements: a number that the entry's experiments or expectations
    hold is left alone.
    """
    measured = list(_measured(evidence))
    ours = _own_numbers(entry)
    for path, text in entry.texts():
        for match in _NUMBER.finditer(_ASIDE.sub(" ", text)):
            written, percent = match[1], bool(match[2])
            value = float(written) / (100 if percent else 1)
            if len(written.replace(".", "").strip("0")) < _LEAST_DIGITS or value in ours:
                continue
            decimals = len(written.partition(".")[2]) + (2 if percent else 0)
            name = next((name for name, number in measured if round(number, decimals) == round(value, 6)), "")
            if name:
                where = ".".join(map(str, path))
                what = f"{where} has the number {match[0].strip()}, which '{name}' measured."
                hint = f"Write a placeholder, such as {{{{ {name}… }}}}."
                yield Problem(f"faq/{entry.id}.yaml", None, what, hint)


def _measured(evidence: Evidence) -> Iterator[tuple[str, float]]:
    """What was measured; of a sweep only what is shown, for among many points some meet any number."""
    yield from ((text, value.estimate) for text, value in evidence.values.items())
    for name, claim in evidence.claims.items():
        for side in (claim.own, *claim.holds_under.values(), *claim.fails_under.values()):
            if len(side.points) == 1:
                yield name, side.points[0].estimate


def _own_numbers(entry: Entry) -> set[float]:
    """The numbers of experiments and expectations."""
    texts = [claim.expect for claim in entry.claims]
    for experiment in entry.experiments.values():
        for side in (experiment, *experiment.conditions.values()):
            texts.append(repr((side.given, side.arms, side.sweep)))
    found = {float(number) for text in texts for number in re.findall(r"\d+\.?\d*(?:e-?\d+)?", text)}
    return found | {1 - number for number in found}
