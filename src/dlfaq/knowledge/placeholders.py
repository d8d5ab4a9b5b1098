"""Measured numbers in a text: `{{ ln-k[classes=10].mean(loss) }}` stands for what was measured.

{{ claim.mean(metric) }}                      in the claim's own setting
{{ claim[classes=10].mean(metric) }}          at one point of its sweep
{{ claim@longer.mean(metric) }}               under a condition that the claim names
{{ claim.mean(metric) | .1% }}                with a format; .3g unless it says otherwise

In a claim's own `shows` the claim is left out: {{ mean(metric) }}, {{ @longer.mean(metric) }}.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from dlfaq.knowledge.entry import Entry
from dlfaq.knowledge.expectation import ExpectationError, Quantity, parse_quantity
from dlfaq.knowledge.experiment import OWN, Scalar
from dlfaq.knowledge.yaml_file import plain_scalar

FORMAT = ".3g"
MISSING = "…"
_SIDE = r"(?:@(?P<condition>[a-z0-9-]+))?(?:\[(?P<at>[^\]]*)\])?"
_INSIDE = re.compile(rf"(?P<claim>[a-z0-9-]+){_SIDE}\.(?P<quantity>.+)")
_OF_ITSELF = re.compile(rf"(?:{_SIDE}\.)?(?P<quantity>[a-z]+\(.+)")  # in a claim's own `shows`
_FORMAT = re.compile(r"[+,]?(\.\d\d?)?[efg%]|[+,]?\.\d\d?|,?d")
_SHAPE = (
    "It is `claim.mean(metric)`, `claim[parameter=value].mean(metric)` or "
    "`claim@condition.mean(metric)`."
)


class Estimated(Protocol):
    """A number that was measured."""

    @property
    def estimate(self) -> float:
        """The number."""


class PlaceholderError(ValueError):
    """A placeholder that cannot be read; `start` is where it begins in the text.

    The message says what could be read.
    """

    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.message, self.start = message, start


@dataclass(frozen=True)
class Placeholder:
    """One placeholder of a text.

    Attributes:
        text: What it measures, without the format: the key of the evidence's `values`.
        condition: The condition that it names; OWN for the claim's own setting.
        at: The swept parameters that it names.
        format: Python's way to write how the number is shown.
        start: Where it begins in the text.
        end: One past where it ends.
    """

    text: str
    claim: str
    condition: str
    at: Mapping[str, Scalar]
    quantity: Quantity
    format: str
    start: int
    end: int


def find(text: str, claim: str = "") -> list[Placeholder]:
    """Every placeholder of a text, in order.

    Args:
        text: Of an entry.
        claim: Whose own `shows` it is; empty for any other text.

    Raises:
        PlaceholderError: For the first that cannot be read.
    """
    found = []
    for one in scan(text, claim):
        if isinstance(one, PlaceholderError):
            raise one
        found.append(one)
    return found


def scan(text: str, claim: str = "") -> Iterator[Placeholder | PlaceholderError]:
    """Every placeholder of a text, in order; an error in place of each that cannot be read."""
    open_, close = text.find("{{"), -2
    while open_ >= 0 and (close := text.find("}}", open_ + 2)) >= 0:
        try:
            yield _placeholder(text, open_, close + 2, claim)
        except PlaceholderError as error:
            yield error
        open_ = text.find("{{", close + 2)
    if open_ >= 0:
        yield PlaceholderError(
            "a placeholder that begins with {{ does not end with }}. " + _MATHS, open_
        )


def placeholders_of(entry: Entry) -> list[Placeholder]:
    """Every measured number that an entry's texts and its claims' `shows` show."""
    found = [one for _, text in entry.texts() for one in find(text)]
    return found + [one for claim in entry.claims for one in find(claim.shows, claim.id)]


_MATHS = "Braces of maths stand apart: { {."


def render(
    text: str, values: Mapping[str, Estimated], missing: str = MISSING, *, claim: str = ""
) -> str:
    """The text with numbers in place of its placeholders.

    Args:
        text: Of a checked entry; what cannot be read is left as it is.
        values: By the placeholder's text, as the evidence holds them.
        missing: Stands for what was not measured.
        claim: Whose own `shows` it is; empty for any other text.
    """
    parts, end = [], 0
    for one in scan(text, claim):
        if isinstance(one, Placeholder):
            value = values.get(one.text)
            parts += [
                text[end : one.start],
                missing if value is None else show(value.estimate, one.format),
            ]
            end = one.end
    return "".join([*parts, text[end:]])


def show(value: float, spec: str = FORMAT) -> str:
    """A number for readers, nearly as Python would format it.

    But it is 1230 for 1.23e+03 and 2e-9 for 2e-09, and there is no minus zero.
    """
    shown = format(round(value) if spec.endswith("d") else value, spec)
    mantissa, e, exponent = shown.partition("e")
    # up to a million is read at a glance
    if e and spec.endswith("g") and 0 < int(exponent) < 6:  # noqa: PLR2004
        shown = f"{float(shown):{'+' if spec.startswith('+') else ''},.0f}".replace(
            ",", "," if "," in spec else ""
        )
    elif e:
        shown = f"{mantissa}e{int(exponent)}"
    return (
        shown.removeprefix("-")
        if shown.startswith("-") and not re.search("[1-9]", mantissa)
        else shown
    )


def _placeholder(text: str, start: int, end: int, claim: str) -> Placeholder:
    inside, bar, spec = text[start + 2 : end - 2].partition("|")
    inside, spec = " ".join(inside.split()), spec.strip() if bar else FORMAT
    itself = _OF_ITSELF.fullmatch(inside) if claim else None
    parts = itself or _INSIDE.fullmatch(inside)
    if parts is None:
        msg = f"the placeholder '{inside[:80]}' cannot be read. {_SHAPE} {_MATHS}"
        raise PlaceholderError(msg, start)
    if not _FORMAT.fullmatch(spec):
        msg = (
            f"the placeholder '{inside[:80]}' has the format '{spec[:20]}'; "
            "a number is shown as .3g, .2f, .1% or .1e."
        )
        raise PlaceholderError(msg, start)
    try:
        quantity = parse_quantity(parts["quantity"])
    except ExpectationError as error:
        msg = f"the placeholder '{inside[:80]}': {error.message}"
        raise PlaceholderError(msg, start) from None
    at = dict(_point(parts["at"], inside, start))
    named = claim if itself else parts["claim"]
    condition = parts["condition"] or OWN
    key = (
        f"{named}{inside}"
        if itself and inside[0] in "@[."
        else f"{named}.{inside}"
        if itself
        else inside
    )
    return Placeholder(key, named, condition, at, quantity, spec, start, end)


def _point(text: str | None, inside: str, start: int) -> Iterator[tuple[str, Scalar]]:
    for pair in [] if text is None else text.split(","):
        name, equals, value = (part.strip() for part in pair.partition("="))
        scalar = plain_scalar(value)
        if not (name and equals) or scalar is None:
            msg = (
                f"the placeholder '{inside[:80]}': '{pair.strip()[:40]}' is not of the form "
                "parameter=value."
            )
            raise PlaceholderError(msg, start)
        yield name, scalar
