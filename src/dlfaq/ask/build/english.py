"""What the search knows of English: common words, how words are spelled, what is asked elsewhere."""

import sqlite3
from collections import Counter
from pathlib import Path

from dlfaq.ask import lists

ELSEWHERE = Path(__file__).with_name("elsewhere.txt")


def common_english() -> list[str]:
    """Words that are no typing errors, whether or not an entry holds them."""
    return sorted({*lists.STOP, *lists.NEGATIONS, *lists.PLAIN_ENGLISH.split()})


def elsewhere_lines() -> list[str]:
    """Questions that an FAQ on training does not answer."""
    lines = (line.split("#")[0].strip() for line in ELSEWHERE.read_text("utf-8").splitlines())
    return [line for line in lines if line]


def count_spellings(db: sqlite3.Connection) -> None:
    """Count in how many entries each word is spelled; common English is known, too."""
    counts = Counter(
        word for (words,) in db.execute("SELECT words FROM spellings") for word in words.split()
    )
    counts.update(dict.fromkeys((word for word in common_english() if word not in counts), 0))
    rows = [(word, word[0], len(word), uses) for word, uses in counts.items()]
    db.execute("DELETE FROM spelled")
    db.executemany("INSERT INTO spelled VALUES (?, ?, ?, ?)", rows)
