"""Meaning without a model: a text's vector is the sum of the vectors of its tokens.

A file of this package holds them. `benchmarks/make_token_vectors.py` distils it once from a
sentence encoder and says how. Standard library only.
"""

import mmap
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from math import sqrt
from operator import mul
from pathlib import Path
from struct import Struct

from dlfaq.ask.words import tokens

FILE = Path(__file__).with_name("vectors.bin")
MAGIC = b"dlfaq token vectors 1\n"
HEADER = Struct("<III")  # tokens, bytes of a token, numbers of a vector
LONGEST = 20  # letters of a word that are looked at
UNIT = 127  # what a unit vector's largest possible component is stored as
PIECES = re.compile(r"[a-z]+|[0-9]+|[^\W_]")

Vector = Sequence[int]


class TokenVectors:
    """The file, mapped into memory: nothing is read but what is looked up.

    Raises:
        ValueError: If the file is no such file.
        OSError: If it cannot be read.
    """

    def __init__(self, path: Path = FILE) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start = len(MAGIC)
        if self._map[:start] != MAGIC:
            msg = f"{path.name} holds no token vectors"
            raise ValueError(msg)
        self.count, self._wide, self.size = HEADER.unpack_from(self._map, start)
        self._names = start + HEADER.size
        self._rows = self._names + self.count * self._wide
        if len(self._map) != self._rows + self.count * self.size:
            msg = f"{path.name} is cut off"
            raise ValueError(msg)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: int) -> bytes:
        """The token at a place; they are sorted."""
        at = self._names + place * self._wide
        return self._map[at : at + self._wide].rstrip(b"\0")

    def row(self, token: str) -> memoryview | None:
        """A token's vector, as signed bytes; None if there is none."""
        name = token.encode()
        place = bisect_left(self, name)  # type: ignore[type-var] - a sequence in all that bisect needs
        if place == self.count or self[place] != name:
            return None
        at = self._rows + place * self.size
        return memoryview(self._map[at : at + self.size]).cast("b")

    def pieces(self, word: str) -> Iterator[memoryview]:
        """The vectors of a word's pieces: the longest known beginning, then those of the rest."""
        mark, rest = "", word[:LONGEST]
        while rest:
            for end in range(len(rest), 0, -1):
                found = self.row(mark + rest[:end])
                if found is not None:
                    yield found
                    mark, rest = "##", rest[end:]
                    break
            else:
                return  # what no piece begins says nothing


def embed(text: str) -> list[int]:
    """A text's direction: a whole-number vector of length UNIT; zeros if no token is known."""
    rows = [row for word in _words(text) for row in _rows(word)]
    total = [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * _vectors().size
    return unit(total)


def unit(vector: Iterable[float]) -> list[int]:
    """A vector stretched to length UNIT and rounded."""
    vector = list(vector)
    length = sqrt(sum(map(mul, vector, vector)))
    return [round(UNIT * value / length) for value in vector] if length else [0] * len(vector)


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of two vectors that `embed` or `unit` gave."""
    return sum(map(mul, one, other)) / UNIT**2


def alike(vector: Vector, others: Sequence[bytes], exact: int) -> list[tuple[float, int]]:
    """The cosines of a vector and those of some packed ones that are likely to be nearest.

    How many components differ in sign is counted for all of them, which takes a fiftieth of a
    cosine's time.

    Args:
        vector: What is compared.
        others: Packed vectors.
        exact: How many of them get a cosine.

    Returns:
        (cosine, place), nearest first.
    """
    if not any(vector):
        return [(0.0, place) for place in range(min(exact, len(others)))]
    signs = int.from_bytes(b"\x80" * len(vector), "big")
    own = int.from_bytes(packed(vector), "big")
    differing = [((own ^ int.from_bytes(other, "big")) & signs).bit_count() for other in others]
    likely = sorted(range(len(others)), key=differing.__getitem__)[:exact]
    return sorted(
        ((cosine(vector, unpacked(others[place])), place) for place in likely), reverse=True
    )


def packed(vector: Vector) -> bytes:
    """A vector as signed bytes; `unpacked` gives it back."""
    return bytes(value & 0xFF for value in vector)


def unpacked(blob: bytes) -> memoryview:
    """A vector from its bytes."""
    return memoryview(blob).cast("b")


@cache
def _vectors() -> TokenVectors:
    return TokenVectors()


@lru_cache(maxsize=8192)
def _rows(word: str) -> tuple[memoryview, ...]:
    return tuple(_vectors().pieces(word))


def _words(text: str) -> Iterator[str]:
    for token in tokens(text):
        yield from PIECES.findall(token)
