"""Measured numbers in a text: `{{ ln-k[classes=10].mean(loss) | .2f }}` stands for what was measured, never typed by hand.

{{ claim.mean(metric) }}                      the claim's own side
{{ claim[classes=10].mean(metric) }}          at one point of its sweep
{{ claim/control.mean(metric) }}              its first control's side; claim/control-2 is the second's
{{ claim.mean(metric) | .1% }}                with a format; .3g unless it says otherwise
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dlfaq.knowledge.entry import Scalar
from dlfaq.knowledge.expectation import ExpectationError, Quantity, parse_quantity

FORMAT = ".3g"
MISSING = "(not measured yet)"
_PLACE = re.compile(r"\{\{\s+(?P<inside>[^{}]*?)\s*\}\}")
_INSIDE = re.compile(
    r"(?P<claim>[a-z0-9-]+)(?:/(?P<control>control(?:-(?P<number>[1-9]\d?))?))?(?:\[(?P<at>[^\]]*)\])?\.(?P<quantity>.+)",
    re.DOTALL,
)
_FORMATS = re.compile(r"[+,]?\.\d{1,2}[efg%]|,?d|[+,]?\.\d{1,2}")


class Measured(Protocol):
    """What a placeholder stands for."""

    estimate: float


class PlaceholderError(ValueError):
    """A placeholder that says nothing; the message says what would."""


@dataclass(frozen=True)
class Placeholder:
    """One placeholder of a text.

    Attributes:
        text: What it measures, without the format: the key of the evidence's `values`.
        control: Which control's side, from 0; None for the claim's own.
        at: The swept parameters that it names.
        start: Where it begins in the text.
        end: One past where it ends.
    """

    text: str
    claim: str
    control: int | None
    at: Mapping[str, Scalar]
    quantity: Quantity
    format: str
    start: int
    end: int


def find(text: str) -> list[Placeholder]:
    """Every placeholder of a text, in order.

    Raises:
        PlaceholderError: For the first that cannot be read.
    """
    return [_placeholder(match) for match in _PLACE.finditer(text)]


def render(text: str, values: Mapping[str, Measured], missing: str = MISSING) -> str:
    """The text with numbers in place of its placeholders.

    Args:
        values: By the placeholder's text, as the evidence holds them.
        missing: Stands for what was not measured.
    """

    def number(match: re.Match[str]) -> str:
        shown = _placeholder(match)
        value = values.get(shown.text)
        return missing if value is None else _formatted(value.estimate, shown.format)

    return _PLACE.sub(number, text)


def scalar(text: str) -> Scalar:
    """A value as one writes it: true, 3, 1e-3 or a word."""
    text = text.strip()
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _formatted(value: float, spec: str) -> str:
    if spec.endswith("d"):
        return format(round(value), spec)
    shown = format(value, spec)
    if "e" in shown:
        mantissa, _, exponent = shown.partition("e")
        return f"{mantissa}e{int(exponent)}"
    return shown


def _placeholder(match: re.Match[str]) -> Placeholder:
    inside, bar, spec = match["inside"].partition("|")
    inside, spec = " ".join(inside.split()), spec.strip() if bar else FORMAT
    parts = _INSIDE.fullmatch(inside)
    if parts is None:
        msg = f"'{inside}' is not of the form claim.mean(metric), claim[parameter=value].mean(metric) or claim/control.mean(metric)."
        raise PlaceholderError(msg)
    if not _FORMATS.fullmatch(spec):
        msg = f"'{spec}' is no format for a number; use for example .3g, .2f, .1% or .1e."
        raise PlaceholderError(msg)
    try:
        quantity = parse_quantity(parts["quantity"])
    except ExpectationError as error:
        msg = f"'{inside}': {error.message}"
        raise PlaceholderError(msg) from None
    at = {}
    for pair in filter(None, (parts["at"] or "").split(",")):
        name, equals, value = pair.partition("=")
        if not equals:
            msg = f"'{inside}': '{pair.strip()}' is not of the form parameter=value."
            raise PlaceholderError(msg)
        at[name.strip()] = scalar(value)
    control = None if parts["control"] is None else int(parts["number"] or 1) - 1
    return Placeholder(inside, parts["claim"], control, at, quantity, spec, match.start(), match.end())
