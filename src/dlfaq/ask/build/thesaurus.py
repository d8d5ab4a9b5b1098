"""Read `thesaurus.txt`: what askers write, and the terms that entries use.

The index holds it compiled.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from dlfaq.ask.lists import PLAIN_ENGLISH, STOP
from dlfaq.ask.words import canonical, stems

FILE = Path(__file__).with_name("thesaurus.txt")


class Rules(NamedTuple):
    """The thesaurus in stems.

    Attributes:
        same: Canonical form by other form; both are stems joined by spaces.
        signs: (anchor, place, needs, means): where the anchor and all needs (joined by `+`) occur,
            `means` may fit.
        words: Every stem that the rules hold.
    """

    same: dict[str, str]
    signs: list[tuple[str, int, str, str]]
    words: frozenset[str]


@cache
def compiled() -> Rules:
    """The rules of `thesaurus.txt`."""
    return compile_rules(FILE.read_text("utf-8"))


def plain_english() -> frozenset[str]:
    """Stems of common words that are no typing errors."""
    return frozenset(stem for word in PLAIN_ENGLISH.split() for stem in stems(word))


def compile_rules(text: str) -> Rules:
    """Turn rules as people write them into stems.

    Raises:
        ValueError: If a line is no rule, or one of its sides says nothing that could be recognised.
    """
    lines = [
        (number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1)
    ]
    same: dict[str, str] = {}
    for number, line in lines:
        if " = " in line:
            first, *others = (_form(part, number) for part in line.split(" = "))
            own = {other: first for other in others if other != first}
            first = " ".join(canonical(first.split(), same))
            same |= dict.fromkeys(own, first)
        elif line and "=>" not in line:
            msg = f"thesaurus.txt:{number}: a rule is `a = b` or `a => b`, not {line!r}"
            raise ValueError(msg)
    signs: list[tuple[str, int, str, str]] = []
    for number, line in lines:
        if "=>" in line:
            left, _, right = line.partition("=>")
            means = " ".join(dict.fromkeys(canonical(stems(right), same)))
            if not means:
                msg = f"thesaurus.txt:{number}: nothing is meant by {left.strip()!r}"
                raise ValueError(msg)
            for one in left.split(" | "):
                anchor, *needs = (
                    " ".join(canonical(_form(part, number).split(), same))
                    for part in one.split(" + ")
                )
                signs.append((anchor, len(signs), "+".join(needs), means))
    texts = [
        *same,
        *same.values(),
        *(f"{one[0]} {one[2]} {one[3]}".replace("+", " ") for one in signs),
    ]
    return Rules(same, signs, frozenset(word for text in texts for word in text.split()))


def _form(text: str, number: int) -> str:
    unseen = [word for word in text.lower().split() if word in STOP]
    words = stems(text)
    if unseen or not words:
        ignored = ", ".join(unseen)
        msg = f"thesaurus.txt:{number}: {text!r} holds words that are not looked at: {ignored}"
        raise ValueError(msg)
    return " ".join(words)
