"""What askers type, as words that can be compared.

Tokens, stems, numbers understood, typing errors mended.

Standard library only: `dlfaq ask` loads this on its way.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from dlfaq.ask.lists import (
    COMMON,
    KEEP,
    LOSS_WORDS,
    NEGATIONS,
    SCORE_WORDS,
    SHORT_PARTS,
    STOP,
    SUFFIXES,
    UNITS,
)

# ruff: noqa: PLR2004 - the letters that rules of spelling count have no names

NOT = "not"
LONG_TEXT = 600  # characters from which on a text is a log or a traceback rather than a question
MAX_LINES, MAX_LINE, MAX_WORD = 14, 300, 40

_NUMBER = r"(?:\d+(?:,\d{3})+|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?"
TOKEN = (
    r"(?P<log>-?\b(?:ln|LN|log|Log|LOG)\s*[({]?\s*(?:1\s*/\s*)?"
    r"(?P<of>\d+|[kcnKCN]\b|(?:n|num|number of)[ _]?classes|classes\b)\s*[)}]?)"
    rf"|(?P<number>(?<![\w.])[-+]?{_NUMBER}(?![\w]))"
    r"|(?P<word>[^\W_]\w*(?:['’][^\W_]+)?)|(?P<sign>[<>])"
)
PARTS = r"(?:Re|GE|Ge|Si|SE|E|CE|P)LU|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+"
TELLING = (
    r"error|warn|exception|nan\b|\binf\b|overflow|underflow|loss|assert|fail|diverg|explod"
    r"|\?|why|how|grad|accura"
)
CLASSES = (2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 365, 512, 1000, 1024)
VOCABULARIES = (10000, 30522, 32000, 50257)  # of language models people train


def clean(text: str) -> str:
    """One form for what looks alike (full-width marks, ligatures), and nothing that is not text."""
    text = text[:400_000].encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        " " if unicodedata.category(char)[0] == "C" and char != "\n" else char for char in text
    )


def informative(text: str) -> str:
    """The lines of a pasted log or traceback that tell what is wrong; a short text as it is."""
    if len(text) <= LONG_TEXT:
        return text
    lines = []
    seen = set()
    for line in text.splitlines():
        shape = re.sub(r"\d+", "0", line[: 4 * MAX_LINE]).strip()
        if shape and shape not in seen:
            seen.add(shape)
            lines.append(line.strip())
    telling = [line for line in lines if re.search(TELLING, line[: 4 * MAX_LINE].lower())]
    # the cause stands last in a traceback, and the asker's own words first
    chosen = [*lines[:2], *telling[:3], *telling[-(MAX_LINES - 7) :], *lines[-2:]]
    return "\n".join(line[:MAX_LINE] for line in dict.fromkeys(chosen))


def tokens(text: str) -> list[str]:
    """Lower-case words, numbers and comparisons of a text, in order.

    Names of configurations are taken apart.

    >>> tokens("CosineAnnealingLR isn't < 2.3")
    ['cosine', 'annealing', 'lr', 'not', '<', '2.3']
    """
    found: list[str] = []
    for match in re.finditer(TOKEN, text):
        kind = match.lastgroup if match.lastgroup != "of" else "log"
        if kind == "log":
            found += _logarithm(match["of"].lower())
        elif kind == "number":
            found.append(match[0].lower().lstrip("+-").rstrip("."))
        elif kind == "sign":
            found.append(match[0])
        else:
            found += _word(match[0][:MAX_WORD])
    return found


def _logarithm(of: str) -> list[str]:
    return [f"ln{of}", "lnk"] if of.isdigit() else ["lnk"]


def _word(word: str) -> list[str]:
    if word.islower() and word.isalpha():
        return [word]
    plain = word.replace("’", "'").lower()
    if "'" in plain:
        head, _, tail = plain.partition("'")
        return [NOT] if tail == "t" else [head]
    parts = [] if plain in UNITS else re.findall(PARTS, word)
    whole = plain.strip("_")
    if len(parts) < 2 or ("_" not in whole and not all(_stands_alone(part) for part in parts)):
        letters = whole.rstrip("0123456789")
        return [whole, letters] if letters != whole and len(letters) > 3 else [whole]
    return [part.lower() for part in parts if not part.isdigit()]


def names(text: str) -> dict[str, tuple[str, ...]]:
    """The names that `tokens` takes apart, whole and in lower case, with the stems of their parts.

    >>> names("max_seq_length")
    {'max_seq_length': ('max', 'seq', 'length')}
    """
    words = dict.fromkeys(
        match["word"][:MAX_WORD] for match in re.finditer(TOKEN, text) if match["word"]
    )
    taken_apart = {word: _word(word) for word in words if "_" in word or not word.islower()}
    return {
        word.lower().strip("_"): tuple(stem(part) for part in parts)
        for word, parts in taken_apart.items()
        if len(parts) > 1 and "'" not in word and "’" not in word
    }


def _stands_alone(part: str) -> bool:
    return len(part) > 2 or part.lower() in SHORT_PARTS


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word's light stem, with British and American spellings folded together.

    >>> [stem(word) for word in ("normalise", "normalization", "exploding", "batches", "behaviour")]
    ['normal', 'normal', 'explod', 'batch', 'behavior']
    """
    if word in KEEP:
        return KEEP[word]
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    word = _american(word)
    for suffix, stays, before in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= before:
            if suffix == "s" and word[-2] in "sui":
                continue
            head = word[: -len(suffix)] + stays
            if suffix in {"ing", "ings", "ed"}:
                head = _single(head)
            if suffix == "s":
                return stem(head)
            word = head
            break
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


def _american(word: str) -> str:
    word = word.replace("isation", "ization").replace("ysis", "yz")
    for british, american in (
        ("ising", "izing"),
        ("ised", "ized"),
        ("ises", "izes"),
        ("ise", "ize"),
        ("iser", "izer"),
    ):
        if word.endswith(british) and len(word) - len(british) > 3:
            word = word[: -len(british)] + american
            break
    for british, american in (
        ("aviour", "avior"),
        ("colour", "color"),
        ("eighbour", "eighbor"),
        ("elling", "eling"),
    ):
        word = word.replace(british, american)
    return word


def _single(head: str) -> str:
    return head[:-1] if len(head) > 3 and head[-1] == head[-2] and head[-1] not in "lsz" else head


def stems(text: str) -> list[str]:
    """The stems of a text in order, without stop words.

    Every negation is the word `not`; numbers are understood.
    """
    found: list[str] = []
    words = tokens(text)
    present = frozenset(words)
    for word in words:
        if word in NEGATIONS:
            if found[-1:] != [NOT]:
                found.append(NOT)
        elif word[0].isdigit() or word[0] == ".":
            found += number_words(word, present)
        elif word not in STOP and (len(word) > 1 or word in "<>"):
            found.append(stem(word))
    return found


def number_words(number: str, present: frozenset[str] = frozenset()) -> list[str]:
    """A number, and what it stands for where it is one that people meet.

    >>> number_words("2.303")
    ['2.303', 'ln10', 'lnk']
    """
    try:
        value = float(number.rstrip("%").replace(",", ""))
    except ValueError:
        return [number]
    digits = len(number.rstrip("%").replace(".", "").lstrip("0"))
    if digits >= 2 and not number.endswith("%") and (digits >= 3 or present & LOSS_WORDS):
        for classes in CLASSES + VOCABULARIES:
            if "." in number and abs(value / math.log(classes) - 1) < (
                0.004 if digits == 2 else 0.0025
            ):
                return [number, f"ln{classes}", "lnk"]
    share = value / 100 if value > 1 else value
    if present & SCORE_WORDS and any(abs(share * k - 1) < 0.025 for k in (2, 3, 4, 5, 10, 100)):
        return [number, "chanc"]
    return [number]


def negated(words: Sequence[str]) -> Iterator[str]:
    """`not:word` for the first telling word after each negation.

    So "not decreasing" differs from "decreasing".
    """
    for place, word in enumerate(words):
        if word == NOT:
            following = [
                after
                for after in words[place + 1 : place + 4]
                if after != NOT and after not in COMMON
            ]
            if following:
                yield f"{NOT}:{following[0]}"


def ngrams(words: Sequence[str], longest: int = 4) -> Iterator[tuple[int, int, str]]:
    """Every run of up to `longest` words, longest first: (start, stop, the words joined)."""
    for size in range(longest, 0, -1):
        for start in range(len(words) - size + 1):
            yield start, start + size, " ".join(words[start : start + size])


def canonical(words: Sequence[str], same: Mapping[str, str]) -> list[str]:
    """Replace each run of words that has a canonical form by that form; the longest runs win."""
    if not same:
        return list(words)
    result: list[str] = []
    place = 0
    while place < len(words):
        for size in (4, 3, 2, 1):
            run = " ".join(words[place : place + size])
            if place + size <= len(words) and run in same:
                result += same[run].split()
                place += size
                break
        else:
            result.append(words[place])
            place += 1
    return result
