"""Citations in a text: `[@he-2015]` names a reference of the entry by its id."""

import re
from collections.abc import Callable, Mapping

from dlfaq.knowledge.entry import Entry, Reference

_CITATION = re.compile(r"\[@(?P<id>[a-z0-9-]+)\]")


def cited(text: str) -> list[str]:
    """The ids that a text cites, in order."""
    return [match["id"] for match in _CITATION.finditer(text)]


def replace_citations(
    text: str, references: Mapping[str, Reference], write: Callable[[Reference], str]
) -> str:
    """The text with each citation written by `write`; one of an unknown id stays as it is."""

    def one(match: re.Match[str]) -> str:
        reference = references.get(match["id"])
        return match[0] if reference is None else write(reference)

    return _CITATION.sub(one, text)


def references_of(entry: Entry) -> dict[str, Reference]:
    """The references that can be cited, by id."""
    return {one.id: one for one in entry.references if one.id}


def short_name(reference: Reference) -> str:
    """Who wrote it and when, as a citation in running text.

    >>> short_name(Reference("x", "T", "Lu Lu, Yeonjong Shin, Yanhui Su", 2019))
    'Lu et al. 2019'
    >>> short_name(Reference("x", "T", "Xavier Glorot and Yoshua Bengio", 2010))
    'Glorot and Bengio 2010'
    """
    names = [part.strip() for part in re.split(r",| and |;|&", reference.authors) if part.strip()]
    last = [_last_name(name) for name in names]
    is_group = len(last) > 2 or "et al" in reference.authors  # noqa: PLR2004 - more than a pair
    who = f"{last[0]} et al." if is_group else " and ".join(last)
    return f"{who} {reference.year}"


def _last_name(name: str) -> str:
    """The last word of a person's name; an organisation keeps all of its words.

    "PyTorch contributors" stays whole, "K. He" becomes "He".
    """
    words = name.split()
    is_group = len(words) > 1 and words[-1].islower()
    return name if is_group else words[-1]
