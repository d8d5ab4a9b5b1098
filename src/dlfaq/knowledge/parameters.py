"""A simulation's parameters: their types, and whether a value is one of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dlfaq.errors import did_you_mean
from dlfaq.knowledge.experiment import Scalar

TYPES = {"int": int, "float": float, "bool": bool, "str": str}
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    `type` is int, float, bool or str; `choices` are those of a Literal, else empty.
    """

    name: str
    type: str
    default: Scalar
    choices: tuple[Scalar, ...] = ()
    doc: str = ""


def mistyped(parameter: Parameter, value: object) -> str:
    """What is wrong with a value for a parameter; empty if nothing is.

    A whole number serves for a float.
    """
    if parameter.choices:
        if any(value == choice and type(value) is type(choice) for choice in parameter.choices):
            return ""
        return (
            f"is {value!r}, not one of its choices. "
            f"{did_you_mean(str(value), map(str, parameter.choices))}"
        )
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if parameter.type == "float" and isinstance(value, float) and not math.isfinite(value):
        return f"is {value!r}, not a finite number."
    if parameter.type == "float" and is_whole:
        return ""
    return (
        ""
        if type(value) is TYPES[parameter.type]
        else f"is {value!r}, not of type {parameter.type}."
    )


def coerce(known: Mapping[str, Parameter], name: str, text: str) -> Scalar:
    """Read a parameter's value from the command line.

    Raises:
        KeyError: If there is no such parameter.
        ValueError: If the text is not of the parameter's type; the message says what would be.
    """
    parameter = known[name]
    try:
        value = _TRUTHS[text.lower()] if parameter.type == "bool" else TYPES[parameter.type](text)
    except (KeyError, ValueError):
        value = text
    wrong = mistyped(parameter, value)
    if wrong:
        msg = f"--{name} {wrong}"
        raise ValueError(msg)
    return value
