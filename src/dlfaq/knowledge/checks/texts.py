"""The texts of an entry: placeholders against claims, citations against references."""

from collections.abc import Iterator, Mapping
from itertools import islice

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.checks.spelt import Settings
from dlfaq.knowledge.citations import cited
from dlfaq.knowledge.entry import Claim
from dlfaq.knowledge.entry_file import EntryFile, Place
from dlfaq.knowledge.experiment import OWN, Parameters, Scalar
from dlfaq.knowledge.placeholders import Placeholder, PlaceholderError, scan
from dlfaq.knowledge.scope import check_quantity

SHOWN_POINTS = 8
MOST_PROBLEMS = 20  # of one text


def check_texts(file: EntryFile, settings: Settings) -> Iterator[Problem]:
    """Everything that is wrong with the placeholders and citations of an entry."""
    for path, text, claim in _filled_texts(file):
        yield from islice(_wrong_placeholders(file, settings, path, text, claim), MOST_PROBLEMS)
        yield from islice(_wrong_citations(file, path, text), MOST_PROBLEMS)
    for path, text in _plain_texts(file):
        if "{{" in text:
            hint = "Placeholders stand in the answer, in `shows`, and in the because of sources."
            yield file.problem(
                path, "a {{ placeholder }} stands in a text in which no number is filled in.", hint
            )


def _wrong_placeholders(
    file: EntryFile, settings: Settings, path: Place, text: str, claim: str
) -> Iterator[Problem]:
    for one in scan(text, claim):
        if isinstance(one, PlaceholderError):
            yield Problem(file.shown, _line(file, path, text, one.start), one.message)
            continue
        for what, hint in _wrong(one, file, settings):
            line = _line(file, path, text, one.start)
            yield Problem(file.shown, line, f"the placeholder '{one.text}' {what}.", hint)


def _wrong_citations(file: EntryFile, path: Place, text: str) -> Iterator[Problem]:
    known = [one.id for one in file.entry.references if one.id]
    for name in dict.fromkeys(cited(text)):
        if name not in known:
            what = f"the text cites [@{name}], which is no reference of the entry."
            yield file.problem(path, what, did_you_mean(name, known))


def _filled_texts(file: EntryFile) -> Iterator[tuple[Place, str, str]]:
    """Path, text, and whose own `shows` it is."""
    for path, text in file.entry.texts():
        yield path, text, ""
    for place, claim in enumerate(file.entry.claims):
        if claim.shows:
            yield ("claims", place, "shows"), claim.shows, claim.id


def _plain_texts(file: EntryFile) -> Iterator[tuple[Place, str]]:
    entry = file.entry
    yield ("question",), entry.question
    for place, text in enumerate(entry.also_asked):
        yield ("also_asked", place), text
    for place, part in enumerate(entry.answer.parts):
        yield ("answer", "parts", place, "title"), part.title
        for number, text in enumerate(part.asked):
            yield ("answer", "parts", place, "asked", number), text
    for place, plot in enumerate(entry.plots):
        yield ("plots", place, "shows"), plot.shows
    for place, claim in enumerate(entry.claims):
        yield ("claims", place, "says"), claim.says
        for name, why in claim.fails_under.items():
            yield ("claims", place, "fails_under", name), why
    for place, source in enumerate(entry.sources):
        yield ("sources", place, "says"), source.says


def _line(file: EntryFile, path: Place, text: str, start: int) -> int:
    """The line of the file on which a placeholder of a text stands, however the text is folded.

    Folding moves line breaks but keeps every {{, so that the n-th of the text is the n-th from the
    text's line on.
    """
    first = file.node.line_of(*path)
    wanted = text.count("{{", 0, start) + 1
    for number, line in enumerate(
        file.entry.path.read_text("utf-8", "replace").split("\n")[first - 1 :], first
    ):
        wanted -= line.count("{{")
        if wanted <= 0:
            return number
    return first


def _wrong(one: Placeholder, file: EntryFile, settings: Settings) -> Iterator[tuple[str, str]]:
    ids = [claim.id for claim in file.entry.claims]
    if one.claim not in ids:
        yield (
            f"names the claim '{one.claim}', which the entry does not have",
            did_you_mean(one.claim, ids),
        )
        return
    claim = file.entry.claim(one.claim)
    if one.condition not in (OWN, *claim.conditions):
        hint = did_you_mean(one.condition, claim.conditions)
        yield f"names the condition '{one.condition}', which claim '{claim.id}' does not name", hint
        return
    spelt = settings.of_claim(claim, one.condition) if claim.experiment else None
    if spelt is not None:
        points = spelt.setting.points
        yield from list(_point(one, claim, points)) or check_quantity(one.quantity, spelt.scope)


def _point(
    one: Placeholder, claim: Claim, points: tuple[Parameters, ...]
) -> Iterator[tuple[str, str]]:
    """A placeholder shows one number: at one point of the sweep, or along all of it."""
    side = f"claim '{claim.id}'" + (f" under '{one.condition}'" if one.condition else "")
    unswept = [name for name in one.at if name not in points[0]]
    if unswept:
        hint = (
            did_you_mean(unswept[0], points[0])
            if points[0]
            else "There is no sweep: leave out the brackets."
        )
        yield f"names the parameter '{unswept[0]}', which {side} does not sweep", hint
    elif one.quantity.along_sweep:
        if one.at:
            yield "names a point, but looks along the whole sweep", "Leave out the brackets."
        elif len(points) < 2:  # noqa: PLR2004 - nothing to look along
            yield f"looks along a sweep, but {side} has none", ""
    else:
        count = sum(_is_at(point, one.at) for point in points)
        if count != 1:
            known = [
                "[" + ", ".join(f"{name}={_word(value)}" for name, value in point.items()) + "]"
                for point in points
            ]
            known = [*known[:SHOWN_POINTS], "…"] if len(known) > SHOWN_POINTS else known
            fits = (
                f"fits {count} points of the sweep of {side}, not one"
                if count
                else f"fits no point of the sweep of {side}"
            )
            yield fits, f"Points: {', '.join(known)}."


def _is_at(point: Parameters, at: Mapping[str, Scalar]) -> bool:
    return all(
        point[name] == value and isinstance(point[name], bool) == isinstance(value, bool)
        for name, value in at.items()
    )


def _word(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
