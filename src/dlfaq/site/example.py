"""One answer on the home page, whole, with what it rests on."""

import re
from collections.abc import Iterator

from dlfaq.knowledge.entry import PRACTICE, Claim, Entry
from dlfaq.site.answer import box
from dlfaq.site.claims import measured_in_words
from dlfaq.site.figures.fence import fence
from dlfaq.site.shared import Known, claim_mark, is_good, tally
from dlfaq.site.text import label, line

FOLDER = "questions/"
MOST = 3  # claims that are shown
_CODE = re.compile(r"(^[ ]*`{3,}.*?^[ ]*`{3,}[ ]*$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((#|\.\./|(?=[a-z0-9-]+\.md))")  # to a place on the site


def example(known: Known) -> Iterator[str]:
    """The section as Markdown: the first measured entry of the home page, or of all."""
    entry = _first(known)
    if entry is None:
        return
    found = tally([entry], known)
    said = "; ".join(filter(None, [f"**{found.words()}**", found.confirmed()]))
    yield "## One answer, whole { #example }\n"
    yield f"### [{label(entry.question)}]({FOLDER}{entry.id}.md) {{ #the-example }}\n"
    yield f"{said}\n{{ .dl-count }}\n"
    yield relocated("\n".join(box(entry, known)), entry.id)
    evidence = known.evidence[entry.id]
    if entry.plots and evidence.plots.get(entry.plots[0].key):
        yield f"{line(entry.plots[0].shows)}\n{{ .dl-shows }}\n"
        yield fence("plot", entry.id, "1")
    yield "**Why believe it**\n"
    for claim in _grounds(entry, known):
        mark = claim_mark(claim, known.of(entry, claim))
        place = f"{FOLDER}{entry.id}.md#{claim.id}"
        why = next(iter(claim.fails_under.values()), "")
        fails = f" It fails, as it must: {line(why).rstrip('.')}." if why else ""
        shown = measured_in_words(entry, claim, known)
        yield f"- {mark} [{label(claim.says)}]({place}) Measured: {shown}.{fails}"
    yield ""


def relocated(text: str, entry_id: str) -> str:
    """A text of an entry's page for the home page: its links lead to the same places.

    >>> relocated("[it](#part), [that](other.md), [those](../topics/loss.md)", "own")
    '[it](questions/own.md#part), [that](questions/other.md), [those](topics/loss.md)'
    """
    places = {"#": f"]({FOLDER}{entry_id}.md#", "../": "]("}
    pieces = _CODE.split(text)  # code stays as it is
    pieces[::2] = [
        _LINK.sub(lambda found: places.get(found[1], f"]({FOLDER}{found[1]}"), piece)
        for piece in pieces[::2]
    ]
    return "".join(pieces)


def _first(known: Known) -> Entry | None:
    names = [*(name for one in known.faq.symptoms for name in one.entries), *known.faq.front]
    names += known.entries
    ready = (known.entry(name) for name in names if name in known.evidence)
    return next((entry for entry in ready if entry.answer.do), None)


def _grounds(entry: Entry, known: Known) -> list[Claim]:
    """The claims that the first steps rest on: those that were measured and hold."""
    own = {claim.id: claim for claim in entry.claims if claim.kind == "measured"}
    used = [name for step in entry.answer.do for name in step.because if name != PRACTICE]
    held = [own[name] for name in dict.fromkeys(used) if name in own]
    good = [one for one in held if (found := known.of(entry, one)) and is_good(found)]
    return good[:MOST]
