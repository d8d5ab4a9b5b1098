"""Which entries hold a gram, and how often it is said here and elsewhere: the table `grams`."""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dlfaq.ask.grams import MOST_ENTRIES, WHOLE, grams_of, weights_of
from dlfaq.ask.query import rows
from dlfaq.ask.words import canonical, clean, stems

AT_ONCE = 20_000  # grams that are looked up in one query


class Postings:
    """Changes of the table `grams`, gathered and written at once."""

    def __init__(self, db: sqlite3.Connection, same: Mapping[str, str]) -> None:
        self._db = db
        self._same = same
        self._said: Counter[str] = Counter()
        self._away: Counter[str] = Counter()
        self._weights: dict[str, dict[int, int]] = {}
        self._texts = 0
        self._lines = 0

    def add(self, num: int, phrasings: Iterable[str]) -> None:
        """An entry is asked as these."""
        found = self._grams(phrasings)
        for gram, weight in weights_of(found).items():
            self._weights.setdefault(gram, {})[num] = max(1, round(WHOLE * weight))
        self._said.update(gram for one in found for gram in one)
        self._texts += len(found)

    def remove(self, num: int, phrasings: Iterable[str]) -> None:
        """An entry is no longer asked as these."""
        found = self._grams(phrasings)
        for one in found:
            for gram in one:
                self._weights.setdefault(gram, {})[num] = 0
        self._said.subtract(gram for one in found for gram in one)
        self._texts -= len(found)

    def add_elsewhere(self, lines: Iterable[str]) -> None:
        """What no FAQ on training answers."""
        found = self._grams(lines)
        self._away.update(gram for one in found for gram in one)
        self._lines += len(found)

    def write(self, entries: int) -> None:
        """Write what was gathered; of a large FAQ only the counts.

        Args:
            entries: How many entries the FAQ has now.
        """
        grams = sorted({*self._weights, *self._said, *self._away})
        there = {}
        for start in range(0, len(grams), AT_ONCE):
            query = "SELECT gram, said, away, nums, weights FROM grams WHERE gram IN ({})"
            found = rows(self._db, query, grams[start : start + AT_ONCE])
            there |= {gram: row for gram, *row in found}
        for gram in grams:
            said, away, nums, weights = there.get(gram, (0, 0, b"", b""))
            changed = self._weights.get(gram, {}) if entries <= MOST_ENTRIES else {}
            lists = _merged(nums, weights, changed)
            counts = said + self._said[gram], away + self._away[gram]
            if any(counts):
                row = (gram, *counts, *lists)
                self._db.execute("INSERT OR REPLACE INTO grams VALUES (?, ?, ?, ?, ?)", row)
            else:
                self._db.execute("DELETE FROM grams WHERE gram = ?", (gram,))
        for key, more in (("said", self._texts), ("away", self._lines)):
            before = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            count = int(before[0] if before else 0) + more
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(count)))

    def _grams(self, texts: Iterable[str]) -> list[Sequence[str]]:
        return [one for one in (grams_in(text, self._same) for text in texts) if one]


def grams_in(text: str, same: Mapping[str, str]) -> Sequence[str]:
    """The grams of a text that an entry or a list holds.

    Args:
        text: What is asked.
        same: Canonical form by other form, from the thesaurus.
    """
    text = clean(text)
    return grams_of(text, canonical(stems(text.replace("\\", " ").replace("$", " ")), same))


def _merged(nums: bytes, weights: bytes, changed: Mapping[int, int]) -> tuple[bytes, bytes]:
    """A gram's lists with some entries' weights replaced, or taken out where they are zero."""
    if not changed:
        return nums, weights
    known = zip(memoryview(nums).cast("I"), memoryview(weights).cast("H"), strict=True)
    merged = dict(known) | changed
    kept = sorted(num for num, weight in merged.items() if weight)
    return array("I", kept).tobytes(), array("H", (merged[num] for num in kept)).tobytes()
