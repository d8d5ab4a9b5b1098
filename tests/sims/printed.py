"""The code that the bundled answers print, for tests that run it."""

import re
from functools import cache

from dlfaq.knowledge.entry import Answer
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root


@cache
def answers() -> dict[str, Answer]:
    """The answers by the entry's id."""
    return {entry.id: entry.answer for entry in load_faq(bundled_root()).entries}


def step_code(entry: str, number: int) -> str:
    """The code of a step, by its place from 0."""
    return answers()[entry].do[number].code


def part_code(entry: str, part: str) -> list[str]:
    """The blocks of code of a part."""
    text = next(one.text for one in answers()[entry].parts if one.id == part)
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def defined(code: str, names: dict[str, object], until: str = "") -> dict[str, object]:
    """The names that code defines, over those given; what begins with a line `until` is left out.

    ValueError if there is no such line.
    """
    lines = code.splitlines(keepends=True)
    if until:
        lines = lines[: [line.startswith(until) for line in lines].index(True)]
    exec(compile("".join(lines), "printed", "exec"), names)  # noqa: S102 - it is ours
    return names
