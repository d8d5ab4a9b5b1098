"""A value of a JSON document, with the keys that lead to it.

Asked for a type, it gives a value of that type or says what is wrong.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from dlfaq.evidence.strict import Keys
from dlfaq.knowledge.experiment import Scalar

MOST = 2**53  # a whole number beyond this is no count of anything

T = TypeVar("T")


class UnexpectedError(ValueError):
    """What is wrong with a value, and the keys that lead to it."""

    def __init__(self, what: str, keys: Keys) -> None:
        super().__init__(f"{' → '.join(map(_key, keys))}: {what}" if keys else what)
        self.keys = keys


@dataclass(frozen=True)
class Cursor:
    """A value, and where it stands."""

    value: Any
    keys: Keys = ()

    def wrong(self, what: str) -> NoReturn:
        """Say what is wrong here."""
        raise UnexpectedError(what, self.keys)

    def fields(self, *names: str, optional: tuple[str, ...] = ()) -> dict[str, "Cursor"]:
        """The fields of an object that has exactly these, and may have the optional ones."""
        found = dict(self.items())
        for name in names:
            if name not in found:
                self.wrong(f"'{name}' is missing")
        for name in found:
            if name not in {*names, *optional}:
                self.wrong(f"there is no {_key(name)} here")
        return found

    def items(self) -> Iterator[tuple[str, "Cursor"]]:
        """The items of an object with any keys."""
        if not isinstance(self.value, dict):
            self.wrong(f"{_shown(self.value)} is not an object")
        for name, value in self.value.items():
            if not isinstance(name, str) or not _is_text(name):
                self.wrong(f"{_shown(name)} is no key")
            yield name, Cursor(value, (*self.keys, name))

    def mapping(self, read: Callable[["Cursor"], T]) -> dict[str, T]:
        """An object with any keys, each value read."""
        return {name: read(item) for name, item in self.items()}

    def sequence(self, read: Callable[["Cursor"], T]) -> tuple[T, ...]:
        """An array, each value read."""
        if not isinstance(self.value, list | tuple):
            self.wrong(f"{_shown(self.value)} is not an array")
        return tuple(read(Cursor(item, (*self.keys, i))) for i, item in enumerate(self.value))

    def number(self) -> float:
        """A finite number."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not is_number or not _is_finite(self.value):
            self.wrong(f"{_shown(self.value)} is not a finite number")
        return float(self.value)

    def bound(self) -> float | None:
        """A finite number, or nothing."""
        return None if self.value is None else self.number()

    def count(self, least: int = 0) -> int:
        """A whole number."""
        is_whole = isinstance(self.value, int) and not isinstance(self.value, bool)
        if not is_whole or not least <= self.value <= MOST:
            self.wrong(f"{_shown(self.value)} is not a whole number from {least}")
        return self.value

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str) or not _is_text(self.value):
            self.wrong(f"{_shown(self.value)} is not a text")
        return self.value

    def scalar(self) -> Scalar:
        """A truth value, a number or a text."""
        if isinstance(self.value, bool):
            return self.value
        if isinstance(self.value, str):
            return self.text()
        number = self.number()
        return self.value if isinstance(self.value, int) else number


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def _is_text(value: str) -> bool:
    """Half of a surrogate pair can be written in JSON, and is no character."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list | tuple):
        return "an object" if isinstance(value, dict) else "an array"
    try:
        text = repr(value)
    except ValueError:  # an integer that Python does not write
        return "an enormous number"
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - enough to recognise it


def _key(key: str | int) -> str:
    text = str(key)
    shown = text if text.isprintable() else repr(text)
    return shown if len(shown) <= 80 else f"{shown[:80]}…"  # noqa: PLR2004 - as above
