"""The page of an entry: the answer at a glance, its claims with what was measured, what the sources say."""

from collections.abc import Iterator

from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.placeholders import render
from dlfaq.site.fence import wrap
from dlfaq.site.figures import claim_figure, number, prediction
from dlfaq.site.shared import NOT_YET, Known, counted, front_matter, mark
from dlfaq.site.text import escape, line, link, prose
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Side
from dlfaq.verify.verdict import Verdict


def entry_page(entry: Entry, known: Known) -> str:
    """The page as Markdown."""
    evidence = known.evidence.get(entry.id)
    values = evidence.values if evidence else {}
    short = render(entry.short, values)
    measured = f", measured with torch {escape(evidence.torch)}" if evidence else ""
    parts = [
        front_matter(entry.question, short, answers=True),
        f"# {line(entry.question)}\n",
        f"{counted(entry, known)}{measured}.\n{{ .dl-count }}\n",
        '!!! abstract "Short answer"\n',
        *(f"    {row}" if row else "" for row in prose(short).splitlines()),
        "",
    ]
    if entry.also_asked:
        asked = " · ".join(f"*{escape(one)}*" for one in entry.also_asked)
        parts.append(f"Also asked as: {asked}\n{{ .also-asked }}\n")
    parts += ["## Explanation { #explanation }\n", prose(render(entry.long, values)), "", "## Claims { #claims }\n"]
    for claim in entry.claims:
        parts += _claim(entry, claim, evidence.claims.get(claim.id) if evidence else None)
    parts += _sources(entry, evidence, known)
    parts += _references(entry)
    parts += _related(entry, known)
    parts.append(
        "Topics: " + ", ".join(f"[{line(known.faq.topics[topic])}](../topics/{topic}.md)" for topic in entry.topics)
    )
    return "\n".join(parts) + "\n"


def _claim(entry: Entry, claim: Claim, evidence: ClaimEvidence | None) -> Iterator[str]:
    word = evidence.verdict if evidence else NOT_YET
    yield f'### {line(claim.says)} {{ #{claim.id} data-toc-label="{claim.id}" }}\n'
    meaning = f" {Verdict[word.upper()].value}." if evidence else ""
    yield f"{mark(word)}{meaning}\n"
    yield "\n".join(["Predicted: ", *(f"`{text}`  " for text in claim.expect)]) + "\n"
    if evidence:
        yield wrap(f'<figure class="dl-figure">{claim_figure(evidence, f"fig-{claim.id}")}</figure>')
        yield from _table(evidence)
    for place, control in enumerate(claim.controls):
        outcome = f": {evidence.controls[place].outcome}" if evidence else ""
        yield f"- Control{outcome}. {line(control.why)} ({escape(_changed(control))})."
    replicates = f"{evidence.claim.replicates} replicates. " if evidence else ""
    yield (
        f"\n{replicates}Simulation: [`{claim.simulation}`](../simulations/{claim.simulation}.md). "
        f"Repeat it: `dlfaq verify {entry.id}/{claim.id} --fresh`\n"
    )


def _changed(control: object) -> str:
    """What a control changes, as parameters."""
    pairs = [f"{name}={value}" for name, value in control.given.items()]
    pairs += [f"{arm}: {name}={value}" for arm, given in control.arms.items() for name, value in given.items()]
    pairs += [f"{name} in {', '.join(map(str, values))}" for name, values in control.sweep.items()]
    return "; ".join(pairs)


def _table(evidence: ClaimEvidence) -> Iterator[str]:
    yield '??? note "The numbers"\n'
    yield "    | side | at | expectation | measured | interval | predicted | |"
    yield "    | --- | --- | --- | ---: | --- | --- | --- |"
    sides = [("claim", evidence.claim), *((f"control {i}", side) for i, side in enumerate(evidence.controls, 1))]
    for name, side in sides:
        yield from _rows(name, side)
    yield ""


def _rows(name: str, side: Side) -> Iterator[str]:
    for judged in side.expectations:
        for point in judged.points:
            at = ", ".join(f"{key}={value}" for key, value in point.at.items())
            low, high = (number(end) for end in point.interval)
            cells = [
                name,
                escape(at),
                escape(judged.expect),
                number(point.estimate),
                f"{low} to {high}",
                prediction(point),
                point.outcome,
            ]
            yield f"    | {' | '.join(cells)} |"


def _sources(entry: Entry, evidence: Evidence | None, known: Known) -> Iterator[str]:
    if not entry.sources:
        return
    yield "## What the sources say { #sources }\n"
    for source in entry.sources:
        title = known.faq.documents[source.document].title
        where = f", {line(source.where)}" if source.where else ""
        claims = ", ".join(f"[{claim}](#{claim})" for claim in source.claims)
        because = line(render(source.because, evidence.values if evidence else {}))
        rest = " ".join(filter(None, [because, f"Shown by {claims}." if claims else ""]))
        yield f"- {mark(source.ruling)} {line(source.says)} ([{line(title)}](../sources.md#{source.document}){where})  \n  {rest}"
    yield ""


def _references(entry: Entry) -> Iterator[str]:
    if entry.references:
        yield "## References { #references data-search-exclude }\n"
        for one in entry.references:
            address = link(one.url)
            title = f"[{line(one.title)}]({address})" if address else line(one.title)
            yield f"- {line(one.authors)} ({one.year}). {title}."
        yield ""


def _related(entry: Entry, known: Known) -> Iterator[str]:
    """Both ways: what the entry names, and what names it."""
    naming = [other.id for other in known.faq.entries if entry.id in other.related]
    names = [
        name for name in dict.fromkeys([*entry.related, *naming]) if any(name == one.id for one in known.faq.entries)
    ]
    if names:
        yield "## Related questions { #related data-search-exclude }\n"
        yield from (f"- [{line(known.faq.entry(name).question)}]({name}.md)" for name in names)
        yield ""
