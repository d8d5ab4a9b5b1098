"""Pieces of words: how like an entry a question is written, and whether it is one of ours.

A text's grams are its words, neighbouring words, and runs of three to five letters within a word.
An entry is the mean of its phrasings' grams, damped; the index keeps for each gram the entries that
hold it. How much more usual a question's grams are here than elsewhere is its scope: a naive Bayes
ratio. Typing errors and forms of a word share most of their letters, so that neither needs a rule.

Standard library only.
"""

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from dlfaq.ask.words import NOT

SIZES = (3, 4, 5)  # letters of a gram
LETTERS = re.compile(r"[a-z0-9]+")
LONGEST, MOST = 24, 600  # letters of a word, grams of a text
DAMPING = 5.0
WHOLE = 65535  # what a weight of one is stored as
MOST_ENTRIES = 2000  # of a larger FAQ only the scope is known: the lists would take too long
RARE = 0.001  # the share of texts that is taken to hold a gram that none of them holds
# an FAQ with few phrasings knows little of what belongs to it: its scope is mixed with a usual one
FEW, USUAL = 200, 4.0


class Grams(NamedTuple):
    """What a question's grams say.

    Attributes:
        near: By entry's number: how like its phrasings, above the mean of all entries.
        scope: Above zero where the grams are more usual here than elsewhere.
        mean: The likeness of all entries to the question, on average.
        rarity: How much each gram tells that an entry holds.
    """

    near: dict[int, float]
    scope: float
    mean: float
    rarity: dict[str, float]

    def of(self, num: int) -> float:
        """How like an entry's phrasings."""
        return self.near.get(num, 0.0) - self.mean


def grams_of(text: str, words: Sequence[str]) -> list[str]:
    """The grams of a text.

    Args:
        text: As it was typed.
        words: Its canonical stems in order.

    >>> grams_of("A nan", ["nan"])
    ['=nan', '_a_', '_na', 'nan', 'an_', '_nan', 'nan_', '_nan_']
    """
    found = [f"={word}" for word in words if word != NOT]
    found += [f"{one} {other}" for one, other in pairwise(words)]
    for word in dict.fromkeys(LETTERS.findall(text.lower())):
        edged = f"_{word[:LONGEST]}_"
        for size in SIZES:
            found += [edged[i : i + size] for i in range(len(edged) - size + 1)]
    return list(dict.fromkeys(found))[:MOST]


def weights_of(phrasings: Iterable[Sequence[str]]) -> dict[str, float]:
    """An entry's grams with weights, from those of its phrasings; the squares sum to one."""
    total: Counter[str] = Counter()
    for one in phrasings:
        for gram in one:
            total[gram] += 1 / len(one)
    damped = {gram: math.log1p(DAMPING * share) for gram, share in total.items()}
    size = math.sqrt(sum(value * value for value in damped.values()))
    return {gram: value / size for gram, value in damped.items()}


def grams_for(
    db: sqlite3.Connection, grams: Sequence[str], *, ignored: int = 0, left_out: bool = False
) -> Grams:
    """What an index says of a question's grams.

    Args:
        db: The index.
        grams: Of the question, as `grams_of` gives them.
        ignored: The line of what belongs elsewhere that the question is: for fitting.
        left_out: The question is a phrasing that is taken as not there: for fitting.
    """
    marks = ",".join("?" * len(grams))
    found = db.execute(
        f"SELECT gram, said, away, nums, weights FROM grams WHERE gram IN ({marks})",  # noqa: S608
        grams,
    ).fetchall()
    counts = dict(
        db.execute("SELECT key, value FROM meta WHERE key IN ('entries', 'said', 'away')")
    )
    entries, in_all, out_all = (int(counts[key]) for key in ("entries", "said", "away"))
    near: dict[int, float] = {}
    rarities: dict[str, float] = {}
    ratio = 0.0
    known = 0
    for gram, said, away, nums, weights in found:
        here, there = max(0, said - left_out), max(0, away - bool(ignored))
        if here + there > 0:
            ratio += math.log((here / (in_all or 1) + RARE) / (there / (out_all or 1) + RARE))
            known += 1
        holding = memoryview(nums).cast("I")
        rarity = math.log((entries + 1) / (len(holding) + 0.5)) if nums else 0.0
        if rarity > 0:
            rarities[gram] = rarity
            for num, weight in zip(holding, memoryview(weights).cast("H"), strict=True):
                near[num] = near.get(num, 0.0) + rarity * weight
    scale = 1 / (WHOLE * math.sqrt(sum(rarities.values()))) if rarities else 0.0
    near = {num: value * scale for num, value in near.items()}
    mean = sum(near.values()) / (entries or 1)
    scope = (in_all * ratio / math.sqrt(known + 1) + FEW * USUAL) / (in_all + FEW)
    return Grams(near, scope, mean, rarities)


def likest(grams: Grams, most: int) -> list[int]:
    """The entries whose phrasings are written most like the question."""
    return sorted(grams.near, key=lambda num: (-grams.near[num], num))[:most]
