"""Strict JSON: it has one meaning only, and an error names the line.

The file may hold anything.
"""

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LARGEST = 2**25  # bytes: far more than any evidence has

Keys = tuple[str | int, ...]


class DamageError(ValueError):
    """What is wrong with a file, and on which line (from 1), if one can be named."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


def read_text(path: Path) -> str:
    """The text of a regular file; whatever else stands there is not waited for.

    Raises:
        FileNotFoundError: If there is nothing.
        DamageError: If it cannot be read as a text.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                msg = "it is not a file"
                raise DamageError(msg)
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        msg = f"it cannot be read: {error.strerror}"
        raise DamageError(msg) from error
    if len(content) > LARGEST:
        msg = f"it is larger than {LARGEST:,} bytes"
        raise DamageError(msg)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        msg = "it is not UTF-8"
        raise DamageError(msg, 1 + content.count(b"\n", 0, error.start)) from None


def parse(text: str) -> Any:
    """JSON as the standard has it: no NaN, no infinity, no key twice.

    Raises:
        DamageError: If it is not that.
    """
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        what = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise DamageError(what, error.lineno) from None
    except RecursionError:
        msg = "it is nested too deeply"
        raise DamageError(msg) from None
    except DamageError:
        raise
    except ValueError:  # Python reads no integer of more than 4300 digits
        msg = "it has a number of thousands of digits"
        raise DamageError(msg) from None


def line_of(text: str, keys: Sequence[str | int]) -> int | None:
    """The line on which the value that some keys lead to begins; None if it is not there."""
    scan = json.JSONDecoder()
    place = _after_space(text, 0)
    try:
        for key in keys:
            place = _item(text, place, key, scan)
    except (ValueError, IndexError, RecursionError):
        return None
    return 1 + text.count("\n", 0, place)


def _item(text: str, place: int, key: str | int, scan: json.JSONDecoder) -> int:
    """Where one item of the object or array at `place` begins."""
    is_object, number = text[place] == "{", 0
    place = _after_space(text, place + 1)
    while True:
        name: str | int = number
        if is_object:
            name, place = scan.raw_decode(text, place)
            place = _after_space(text, _after_space(text, place) + 1)  # beyond the colon
        if name == key:
            return place
        _, place = scan.raw_decode(text, place)
        place = _after_space(text, _after_space(text, place) + 1)  # beyond the comma
        number += 1


def _after_space(text: str, place: int) -> int:
    while text[place] in " \t\r\n":
        place += 1
    return place


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            msg = f"it has the key {name[:60]!r} twice"
            raise DamageError(msg)
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    msg = f"{name} is not a number"
    raise DamageError(msg)
