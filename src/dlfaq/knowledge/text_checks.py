"""The texts of an entry: each placeholder against the claims, and none where no number is filled in."""

from collections.abc import Iterator, Mapping

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.claim_checks import MOST_POINTS
from dlfaq.knowledge.conditions import expand, size
from dlfaq.knowledge.entry import Claim, Parameters, Scalar
from dlfaq.knowledge.entry_file import EntryFile, Place
from dlfaq.knowledge.placeholders import Placeholder, PlaceholderError, scan
from dlfaq.knowledge.scope import Scope, check_quantity, scope_of
from dlfaq.knowledge.simulations import Signature

SHOWN_POINTS = 8


def check_texts(file: EntryFile, signatures: Mapping[int, Signature]) -> Iterator[Problem]:
    """Everything that is wrong with the placeholders of an entry.

    Args:
        file: The entry.
        signatures: Of each claim's simulation, by the claim's place; those that cannot be read are left out.
    """
    sides = _Sides(file, signatures)
    for path, text in _filled_texts(file):
        for one in scan(text):
            if isinstance(one, PlaceholderError):
                yield Problem(file.shown, _line(file, path, text, one.start), one.message)
                continue
            for what, hint in _wrong(one, file, sides):
                line = _line(file, path, text, one.start)
                yield Problem(file.shown, line, f"the placeholder '{one.text}' {what}.", hint)
    for path, text in _plain_texts(file):
        if "{{" in text:
            hint = "Placeholders stand in answer.short, answer.long and the because of sources."
            yield file.problem(path, "a {{ placeholder }} stands in a text in which no number is filled in.", hint)


def _filled_texts(file: EntryFile) -> Iterator[tuple[Place, str]]:
    yield ("answer", "short"), file.entry.short
    yield ("answer", "long"), file.entry.long
    for place, source in enumerate(file.entry.sources):
        yield ("sources", place, "because"), source.because


def _plain_texts(file: EntryFile) -> Iterator[tuple[Place, str]]:
    yield ("question",), file.entry.question
    for place, text in enumerate(file.entry.also_asked):
        yield ("also_asked", place), text
    for place, plot in enumerate(file.entry.plots):
        yield ("plots", place, "shows"), plot.shows
    for place, claim in enumerate(file.entry.claims):
        yield ("claims", place, "says"), claim.says
        for number, control in enumerate(claim.controls):
            yield ("claims", place, "control", number, "why"), control.why
    for place, source in enumerate(file.entry.sources):
        yield ("sources", place, "says"), source.says


def _line(file: EntryFile, path: Place, text: str, start: int) -> int:
    """The line of the file on which a placeholder of a text stands, however the text is folded.

    Folding moves line breaks but keeps every {{, so that the n-th of the text is the n-th from the text's line on.
    """
    first = file.node.line_of(*path)
    wanted = text.count("{{", 0, start) + 1
    for number, line in enumerate(file.entry.path.read_text("utf-8", "replace").split("\n")[first - 1 :], first):
        wanted -= line.count("{{")
        if wanted <= 0:
            return number
    return first


class _Sides:
    """The sides of an entry's claims, each spelt out once however many placeholders name it."""

    def __init__(self, file: EntryFile, signatures: Mapping[int, Signature]) -> None:
        self.file, self.signatures = file, signatures
        self.known: dict[tuple[int, int | None], tuple[tuple[Parameters, ...], Scope]] = {}

    def get(self, place: int, number: int | None) -> tuple[tuple[Parameters, ...], Scope] | None:
        """The points and the names of a claim's side or of a control's; None if they cannot be told."""
        if (place, number) not in self.known:
            claim = self.file.entry.claims[place]
            control = None if number is None else claim.controls[number]
            half_read = place not in self.signatures or place in self.file.half_read
            if half_read or size(claim, control) > MOST_POINTS:
                return None
            condition = expand(claim, control, self.signatures[place])
            self.known[place, number] = (condition.points, scope_of(condition, self.signatures[place]))
        return self.known[place, number]


def _wrong(one: Placeholder, file: EntryFile, sides: _Sides) -> Iterator[tuple[str, str]]:
    ids = [claim.id for claim in file.entry.claims]
    if one.claim not in ids:
        yield f"names the claim '{one.claim}', which the entry does not have", did_you_mean(one.claim, ids)
        return
    place = ids.index(one.claim)
    claim = file.entry.claims[place]
    if one.control is not None and one.control >= len(claim.controls):
        has = f"{len(claim.controls)} control" + ("s" if len(claim.controls) != 1 else "")
        yield f"names control {one.control + 1} of claim '{claim.id}', which has {has}", ""
        return
    side = sides.get(place, one.control)
    if side is not None:
        points, scope = side
        yield from list(_point(one, claim, points)) or check_quantity(one.quantity, scope)


def _point(one: Placeholder, claim: Claim, points: tuple[Parameters, ...]) -> Iterator[tuple[str, str]]:
    """A placeholder shows one number: at one point of the sweep, or along all of it."""
    side = f"claim '{claim.id}'" if one.control is None else f"control {one.control + 1} of claim '{claim.id}'"
    unswept = [name for name in one.at if name not in points[0]]
    if unswept:
        hint = did_you_mean(unswept[0], points[0]) if points[0] else "There is no sweep: leave out the brackets."
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
                "[" + ", ".join(f"{name}={_word(value)}" for name, value in point.items()) + "]" for point in points
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
        point[name] == value and isinstance(point[name], bool) == isinstance(value, bool) for name, value in at.items()
    )


def _word(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
