"""What can be wrong with the anchors of an entry's page: each is one place, each link has one."""

import re
from collections.abc import Iterator

from dlfaq.errors import Problem
from dlfaq.knowledge.entry_file import EntryFile

_LINK = re.compile(r"\(#([a-z0-9-]+)\)")


def links_in(text: str) -> list[str]:
    """The anchors of its own page that a text links to."""
    return _LINK.findall(text)


def check_anchors(file: EntryFile) -> Iterator[Problem]:
    """A link names a claim or a part, and no part has the id of a claim."""
    entry = file.entry
    claims = {claim.id for claim in entry.claims}
    known = claims | {part.id for part in entry.answer.parts}
    for path, text in entry.texts():
        for name in links_in(text):
            if name not in known:
                what = f"the text links to '#{name}', which is neither a claim nor a part."
                yield file.problem(path, what)
    for place, part in enumerate(entry.answer.parts):
        if part.id in claims:
            what = f"'{part.id}' is the id of a part and of a claim."
            hint = f"Give the part another id: links to '#{part.id}' could lead to either."
            yield file.problem(("answer", "parts", place, "id"), what, hint)
