"""The token vectors that the search's worker gets.

There are too many to send: those go that the FAQ's texts and common English need. Of the others go
only the names, so that a word is taken apart as it is in the terminal and then says nothing.
"""

import base64
from collections.abc import Iterable

from dlfaq.ask import lists, vectors, words
from dlfaq.ask.build import thesaurus
from dlfaq.site.patterns import pattern_in_js


class _Used(vectors.TokenVectors):
    """Token vectors that remember which of them were looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, bytes] = {}

    def row(self, token: str) -> memoryview | None:
        """A token's vector."""
        row = super().row(token)
        if row is not None:
            self.found[token] = bytes(row)
        return row


def vectors_in(texts: Iterable[str], *, whole: bool) -> dict[str, object]:
    """Vectors of tokens in texts, thesaurus and common English; of all others the names.

    Args:
        texts: What the worker compares.
        whole: Take every vector, some 4 MB.
    """
    known = _Used()
    english = " ".join([lists.PLAIN_ENGLISH, *lists.STOP, *lists.NEGATIONS])
    used = {
        token
        for text in (*texts, thesaurus.FILE.read_text("utf-8"), english)
        for token in words.tokens(text)
    }
    for word in {word for token in used for word in vectors.PIECES.findall(token)}:
        list(known.pieces(word))
    every = [known[number].decode() for number in range(len(known))]
    if whole:
        for token in every:
            known.row(token)
    tokens = sorted(known.found)
    return {
        "size": known.size,
        "unit": vectors.UNIT,
        "longest": vectors.LONGEST,
        "pieces": pattern_in_js(vectors.PIECES.pattern),
        "tokens": " ".join(tokens),
        "others": " ".join(token for token in every if token not in known.found),
        "rows": base64.b64encode(b"".join(known.found[token] for token in tokens)).decode(),
    }
