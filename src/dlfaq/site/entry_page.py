"""The page of an entry: the answer at a glance, its claims with what was measured, what the sources say."""

from collections.abc import Iterator
from textwrap import indent

from dlfaq.knowledge.entry import Claim, Control, Entry
from dlfaq.knowledge.placeholders import render
from dlfaq.knowledge.plot_checks import draws_share
from dlfaq.site.fence import wrap
from dlfaq.site.figures import claim_figure, interval, measured, prediction
from dlfaq.site.plot import Plotted, tables
from dlfaq.site.shared import NOT_YET, Known, counted, front_matter, link_to, mark
from dlfaq.site.table import Group, Table
from dlfaq.site.text import code, escape, label, line, link, prose
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Judged
from dlfaq.verify.verdict import Verdict

ASKED = 5  # ways to ask that are shown at once
COLUMNS = ("side", "at", "measured", "interval", "predicted", "outcome")  # of the numbers
MEANINGS = {verdict.word: verdict.value for verdict in Verdict}


def entry_page(entry: Entry, known: Known) -> str:
    """The page as Markdown."""
    evidence = known.evidence.get(entry.id)
    values = evidence.values if evidence else {}
    short = render(entry.short, values)
    parts = [
        front_matter(entry.question, short, answers=True),
        f"# {line(entry.question)}\n",
        f"{_verdict_line(entry, evidence, known)}\n{{ .dl-count }}\n",
        '!!! abstract "Short answer"\n',
        *(f"    {row}" if row else "" for row in prose(short).splitlines()),
        "",
    ]
    if entry.also_asked:
        parts += _also_asked(entry.also_asked)
    parts += _plots(entry, evidence)
    parts += ["## Explanation { #explanation }\n", prose(render(entry.long, values)), "", "## Claims { #claims }\n"]
    for claim in entry.claims:
        parts += _claim(entry, claim, known.of(entry, claim))
    parts += _sources(entry, evidence, known)
    parts += _references(entry)
    parts += _related(entry, known)
    topics = ", ".join(f"[{label(known.faq.topics[topic])}](../topics/{topic}.md)" for topic in entry.topics)
    return "\n".join([*parts, f"Topics: {topics}\n{{ .dl-count }}\n"])


def _also_asked(asked: tuple[str, ...]) -> Iterator[str]:
    """A few of the ways to ask; the others are folded away, where the search finds them all the same."""
    few, rest = asked[:ASKED], asked[ASKED:]
    yield f"Also asked as: {_dotted(few)}\n{{ .dl-asked }}\n"
    if rest:
        yield f'??? quote "{len(rest)} more way{"s" if len(rest) > 1 else ""} to ask"\n'
        yield f"    {_dotted(rest)}\n    {{ .dl-asked }}\n"


def _dotted(asked: tuple[str, ...]) -> str:
    return " · ".join(f"*{escape(one)}*" for one in asked)


def _verdict_line(entry: Entry, evidence: Evidence | None, known: Known) -> str:
    if evidence is None or not evidence.claims:
        return f"{NOT_YET.capitalize()}."
    counts = [
        side.replicates
        for claim in evidence.claims.values()
        for side in (claim.claim, *claim.controls)
        if side.replicates
    ]
    low, high = min(counts, default=0), max(counts, default=0)
    replicates = f"{low}" if low == high else f"{low} to {high}"
    return f"**{counted(entry, known)}**, with {replicates} replicates each, on torch {escape(evidence.torch)}."


def _plots(entry: Entry, evidence: Evidence | None) -> Iterator[str]:
    """What the phenomenon looks like, with the numbers behind it."""
    for place, plot in enumerate(entry.plots, 1):
        lines = evidence.plots.get(plot.key) if evidence else None
        if lines:
            share = all(map(draws_share, plot.lines.values()))
            drawn = Plotted(f"plot-{place}", plot.x, plot.log, lines, plot.y, share)
            yield f"{line(plot.shows)} Measured for [{plot.claim}](#{plot.claim}).\n{{ .dl-shows }}\n"
            yield wrap(drawn)
            yield '??? note "The numbers of this plot"\n'
            yield from (indent(wrap(table), "    ") for table in tables(drawn))


def _claim(entry: Entry, claim: Claim, evidence: ClaimEvidence | None) -> Iterator[str]:
    """A heading and what belongs to it; `safe` makes a section of them."""
    word = evidence.verdict if evidence else NOT_YET
    kind = word if word in MEANINGS else "open"
    yield f'### {line(claim.says)} {{ #{claim.id} .claim .claim--{kind} data-toc-label="{claim.id}" }}\n'
    yield f"{mark(word)} {MEANINGS[word].capitalize()}.\n" if word in MEANINGS else f"{mark(word)}\n"
    drawn = evidence is not None and any(judged.points for judged in evidence.claim.expectations)
    shown = () if drawn and len(claim.expect) > 1 else claim.expect  # several stand above their figures
    title = "Predictions" if len(claim.expect) > 1 else "Prediction"
    yield "  \n".join([f"{title}, written before the run:", *map(code, shown)]) + "\n{ .dl-expect }\n"
    if evidence is not None and drawn:
        yield wrap(claim_figure(evidence, f"fig-{claim.id}"))
    for place, control in enumerate(claim.controls):
        sides = evidence.controls if evidence else ()
        yield _control(control, place, len(claim.controls), sides[place].outcome if place < len(sides) else "")
    yield ""
    if evidence:
        yield from _numbers(evidence)
    replicates = f"{evidence.claim.replicates} replicates" if evidence else f"From {claim.replicates} replicates"
    yield (
        f"{replicates} of the simulation [`{claim.simulation}`](../simulations/{claim.simulation}.md). "
        f"Repeat it: {code(f'dlfaq verify {entry.id}/{claim.id} --fresh')}\n{{ .dl-repeat }}\n"
    )


def _control(control: Control, place: int, controls: int, outcome: str) -> str:
    name = f"Control {place + 1}" if controls > 1 else "Control"
    said = {"fails": " fails, as it must", "holds": " holds, though it must fail", "inconclusive": " decides nothing"}
    return f"- **{name}**{said.get(outcome, '')}: {line(control.why)} ({_changed(control)})."


def _changed(control: Control) -> str:
    """What a control changes, as parameters."""
    pairs = [f"{name}={value}" for name, value in control.given.items()]
    pairs += [f"{arm}.{name}={value}" for arm, given in control.arms.items() for name, value in given.items()]
    pairs += [f"{name} in {', '.join(map(str, values))}" for name, values in control.sweep.items()]
    return ", ".join(map(code, pairs))


def _numbers(evidence: ClaimEvidence) -> Iterator[str]:
    """All that was measured, under the expectation it is held against."""
    several = len(evidence.controls) > 1
    sides = [("claim", evidence.claim)]
    sides += [(f"control {place}" if several else "control", side) for place, side in enumerate(evidence.controls, 1)]
    groups: dict[str, list[dict[str, str]]] = {}
    for name, side in sides:
        for judged in side.expectations:
            groups.setdefault(judged.expect, []).extend(_rows(name, judged))
    left_out = set()
    if not any(row["at"] for rows in groups.values() for row in rows):
        left_out.add("at")
    if all(len({row["predicted"] for row in rows}) <= 1 for rows in groups.values()):
        left_out.add("predicted")  # the expectation above says it
    head = tuple(name for name in COLUMNS if name not in left_out)
    kept = tuple(
        Group(expect, tuple(tuple(row[name] for name in head) for row in rows)) for expect, rows in groups.items()
    )
    table = Table(head, kept, (head.index("measured"),), code=True)
    yield '??? note "The numbers"\n'
    yield indent(wrap(table), "    ")


def _rows(side: str, judged: Judged) -> Iterator[dict[str, str]]:
    for point in judged.points:
        at = ", ".join(f"{key}={value}" for key, value in point.at.items())
        cells = (side, at, measured(point), interval(point), prediction(point), point.outcome)
        yield dict(zip(COLUMNS, cells, strict=True))


def _sources(entry: Entry, evidence: Evidence | None, known: Known) -> Iterator[str]:
    if not entry.sources:
        return
    yield "## What the sources say { #sources }\n"
    for source in entry.sources:
        title = known.faq.documents[source.document].title
        where = f", {escape(source.where)}" if source.where else ""
        claims = ", ".join(f"[{claim}](#{claim})" for claim in source.claims)
        because = line(render(source.because, evidence.values if evidence else {}))
        rest = " ".join(filter(None, [because, f"Shown by {claims}." if claims else ""]))
        yield f"- {mark(source.ruling)} {line(source.says)} ([{label(title)}](../sources.md#{source.document}){where})  "
        yield f"  {rest}" if rest else ""
    yield ""


def _references(entry: Entry) -> Iterator[str]:
    if entry.references:
        yield "## References { #references data-search-exclude }\n"
        for one in entry.references:
            address = link(one.url)
            title = f"[{label(one.title)}]({address})" if address else line(one.title)
            yield f"- {line(one.authors)} ({one.year}). {title}."
        yield ""


def _related(entry: Entry, known: Known) -> Iterator[str]:
    """Both ways: what the entry names, and what names it."""
    written = {other.id: other for other in known.faq.entries}
    naming = [other.id for other in known.faq.entries if entry.id in other.related]
    names = [name for name in dict.fromkeys([*entry.related, *naming]) if name in written and name != entry.id]
    if names:
        yield "## Related questions { #related data-search-exclude }\n"
        yield from (f"- {link_to(written[name], '')}" for name in names)
        yield ""
