"""Typing errors mended: the known word that was most likely meant. Standard library only."""

from collections.abc import Iterable

# a word of prose: no name, no number, nothing that stands in code
PLAIN_WORD = r"(?<![A-Za-z0-9_'’./\\-])[A-Za-z][a-z]{4,}(?![A-Za-z0-9_'’(=/-])"
MOST = 12  # unknown words of a text that are looked up

# ruff: noqa: PLR2004 - the letters that rules of spelling count have no names


def distance(one: str, other: str, most: int = 2) -> int:
    """Edits (insert, delete, replace, swap neighbours) between words; `most + 1` if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def nearest(word: str, known: Iterable[tuple[str, int]]) -> str | None:
    """The known word that a typing error most likely meant; None if none is near.

    Fewest edits win, then the most frequent word.
    """
    most = 1 if len(word) < 8 else 2
    best: tuple[int, int, str] | None = None
    for candidate, count in known:
        edits = distance(word, candidate, most)
        if edits <= most and (best is None or (edits, -count, candidate) < best):
            best = (edits, -count, candidate)
    return best[2] if best else None
