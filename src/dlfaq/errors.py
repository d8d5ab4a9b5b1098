"""What is wrong, where, and what would be right: the one form of messages about a user's files."""

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing to mend.

    Args:
        file: The file as the user would name it, relative to the root where that is possible.
        line: Counted from 1; None where no line can be named.
        what: What is wrong, with the offending value quoted.
        hint: What would be right; may be empty.
    """

    file: str
    line: int | None
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.what}" + (f"\n  {self.hint}" if self.hint else "")


class Problems(Exception):  # noqa: N818 - a collection, read as one
    """Everything that is wrong with the user's files or words, found in one pass."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def left_out(problems: Iterable[Problem]) -> list[str]:
    """One line a file, for who goes on without it.

    >>> left_out([Problem("faq/a.yaml", 3, "it is bad."), Problem("faq/a.yaml", 4, "so is this.")])
    ['Left out: faq/a.yaml:3: it is bad. And 1 more problem; see `dlfaq check`.']
    """
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    lines = []
    for first, *others in by_file.values():
        more = f" And {len(others)} more problem{'s' * (len(others) > 1)};" if others else ""
        said = str(first._replace(hint=""))
        lines.append(" ".join(f"Left out: {said}{more} see `dlfaq check`.".split()))
    return lines


SHOWN = 12  # names that a message lists: more would bury what is wrong


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> tuple[str, ...]:
    """The known word that was probably meant, if there is one.

    >>> nearest("los", ["loss", "entropy"])
    ('loss',)
    """
    import difflib  # loaded only once something went wrong

    return tuple(difflib.get_close_matches(word, sorted(known), n=1, cutoff=cutoff))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the nearest known word, if one is near, and then the known words.

    Of many known words only the nearest are listed.

    >>> did_you_mean("los", ["loss", "entropy"])
    "Did you mean 'loss'? Known: entropy, loss."
    """
    import difflib  # loaded only once something went wrong

    names = sorted(known)
    meant = "".join(f"Did you mean '{near}'? " for near in nearest(word, names))
    if len(names) <= SHOWN:
        return f"{meant}Known: {', '.join(names) or 'none'}."
    near = sorted(difflib.get_close_matches(word, names, n=SHOWN, cutoff=0.0))
    return f"{meant}Known: {', '.join(near)} and {len(names) - len(near)} more."
