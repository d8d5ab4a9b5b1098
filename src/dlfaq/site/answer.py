"""The box at the top of an entry's page: the short answer, and the steps with their grounds."""

from collections.abc import Iterator
from textwrap import indent

from dlfaq.knowledge.citations import references_of, replace_citations, short_name
from dlfaq.knowledge.entry import PRACTICE, Claim, Entry, Reference, Step
from dlfaq.knowledge.placeholders import render
from dlfaq.site.shared import KIND_WORDS, NOT_YET, Known, is_good
from dlfaq.site.text import plain, prose

MEASURED, BY_RULE, SOURCE, BY_PRACTICE, OPEN = "✓", "=", "¶", "○", "…"
LEGEND = {
    MEASURED: "measured",
    BY_RULE: "exact, or PyTorch itself",
    SOURCE: "a source",
    BY_PRACTICE: "practice, not measured",
    OPEN: NOT_YET,
}
STEP = " " * 4  # what belongs to a numbered step


def box(entry: Entry, known: Known) -> Iterator[str]:
    """The box as Markdown, line by line."""
    yield '!!! abstract "Short answer"\n'
    yield from _inside(prose(cited(entry, entry.short, known)))
    if entry.answer.do:
        yield f"{STEP}**Do this**\n{STEP}{{ .dl-do }}\n"
        for place, step in enumerate(entry.answer.do, 1):
            yield from _inside(_step(entry, place, step, known))
        used = dict.fromkeys(
            sign for step in entry.answer.do for _, sign, _ in _grounds(entry, step, known)
        )
        said = ", ".join(f"{sign} {LEGEND[sign]}" for sign in LEGEND if sign in used)
        yield f"{STEP}{said}\n{STEP}{{ .dl-legend }}\n"


def cited(entry: Entry, text: str, known: Known) -> str:
    """A text of an entry, its numbers filled in, its citations as links to the references."""
    evidence = known.evidence.get(entry.id)
    filled = render(text, evidence.values if evidence else {})
    return replace_citations(filled, references_of(entry), _citation)


def bare(entry: Entry, text: str, known: Known) -> str:
    """The same without links, for what is no Markdown."""
    evidence = known.evidence.get(entry.id)
    filled = render(text, evidence.values if evidence else {})
    return plain(replace_citations(filled, references_of(entry), short_name))


def anchor(reference: Reference) -> str:
    """The anchor of a reference on its entry's page."""
    return f"ref-{reference.id}"


def _citation(reference: Reference) -> str:
    return f"[{short_name(reference)}](#{anchor(reference)})"


def _inside(text: str) -> Iterator[str]:
    """A text within the box."""
    yield indent(text.strip("\n"), STEP) + "\n"


def _step(entry: Entry, place: int, step: Step, known: Known) -> str:
    signs = " ".join(markdown for markdown, _, _ in _grounds(entry, step, known))
    said = indent(f"{prose(cited(entry, step.text, known)).strip()} {signs}", STEP).lstrip()
    code = f"\n\n```python\n{step.code.strip()}\n```" if step.code.strip() else ""
    return f"{place}.  {said}{indent(code, STEP)}"


def _grounds(entry: Entry, step: Step, known: Known) -> Iterator[tuple[str, str, str]]:
    """Each ground as a mark that leads to it, the sign that it shows, and what it is in words."""
    references = references_of(entry)
    for ground in step.because:
        if ground == PRACTICE:
            yield (
                f'*{BY_PRACTICE}*{{ .dl-ground title="Practice: nothing measured" }}',
                BY_PRACTICE,
                "",
            )
        elif ground in references:
            one = references[ground]
            said = f"Source: {short_name(one)}"
            yield _mark(SOURCE, f"#{anchor(one)}", said, f"source: {one.id}"), SOURCE, ""
        else:
            yield _of_claim(entry, ground, known)


def _of_claim(entry: Entry, ground: str, known: Known) -> tuple[str, str, str]:
    name, _, claim_id = ground.rpartition("/")
    if name and name not in known.entries:  # its file is to be mended
        said = f"{NOT_YET}: {claim_id}"
        return _mark(OPEN, f"{name}.md", said.capitalize(), said), OPEN, NOT_YET
    other = known.entry(name) if name else entry
    claim = other.claim(claim_id)
    sign, word = _sign(other, claim, known)
    address = f"{name}.md#{claim_id}" if name else f"#{claim_id}"
    title = f"{word.capitalize()}: {plain(claim.says)}"
    shown = sign if sign in LEGEND else f"{sign} {word}"
    return _mark(shown, address, title, f"{word}: {claim_id}"), sign, word


def _sign(entry: Entry, claim: Claim, known: Known) -> tuple[str, str]:
    evidence = known.of(entry, claim)
    if evidence is None:
        return OPEN, NOT_YET
    if not is_good(evidence):
        return "✗", evidence.verdict
    return (MEASURED if claim.kind == "measured" else BY_RULE), KIND_WORDS[claim.kind]


def _mark(sign: str, address: str, title: str, name: str) -> str:
    """A small link; `title` says what it leads to, `name` the same to who does not see it."""
    said = title.replace('"', "'").replace("\\", "")
    return f'[{sign}]({address} "{said}"){{ .dl-ground aria-label="{name}" }}'
