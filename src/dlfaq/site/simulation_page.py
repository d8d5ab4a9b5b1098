"""The page of a simulation: its figure and setting, its source, what it takes, and who uses it."""

import re
from collections.abc import Iterator

from dlfaq.knowledge.docstring import filled, without_setting
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.simulations import Signature
from dlfaq.site.conditions import setting
from dlfaq.site.figures.fence import fence
from dlfaq.site.shared import Known, claim_mark, front_matter
from dlfaq.site.text import code, escape, label, line, prose


def simulation_page(signature: Signature, known: Known) -> str:
    """The page as Markdown."""
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", signature.source)), 3)
    source = [f"{ticks}python", signature.source.rstrip(), ticks]
    parts = [
        front_matter(signature.name, signature.summary, wide=True),
        f"# {code(signature.name)}\n",
        f"{line(signature.summary)}\n",
        *_figure(signature, known),
        f"Run it: {code(_command(signature))}, or "
        f"[open it as a notebook]({signature.name}.ipynb).\n",
        *_described(signature),
        "## Source { #source data-search-exclude }\n",
        *source,
        "",
        *_tables(signature),
        *_users(signature, known),
    ]
    return "\n".join([*parts, ""])


def defaults(signature: Signature) -> str:
    """Its setting in words, with the defaults filled in; may be empty."""
    values = {name: str(one.default) for name, one in signature.parameters.items()}
    return filled(signature.setting, values).rstrip(".") if signature.setting else ""


def picture(simulation: str, known: Known) -> tuple[Entry, Claim, tuple[str, ...]] | None:
    """What shows best what it measures: the first plot of it, or else the first claim's figure.

    Returns:
        The entry, the claim, and the address of the figure.
    """
    measured = [entry for entry in known.faq.entries if entry.id in known.evidence]
    for entry in measured:
        for place, plot in enumerate(entry.plots, 1):
            claim = entry.claim(plot.claim)
            drawn = known.evidence[entry.id].plots.get(plot.key)
            if drawn and entry.experiment_of(claim).simulation == simulation:
                return entry, claim, ("plot", entry.id, str(place))
    for entry in measured:
        for claim in entry.claims:
            found = known.of(entry, claim)
            if found and found.own.points and entry.experiment_of(claim).simulation == simulation:
                return entry, claim, ("claim", entry.id, claim.id)
    return None


def _figure(signature: Signature, known: Known) -> Iterator[str]:
    """What it measured for an answer, and in which setting."""
    found = picture(signature.name, known)
    if found is None:
        if signature.setting:
            yield f"**Setting.** By default: {escape(defaults(signature))}.\n"
        return
    entry, claim, address = found
    plot = entry.plots[int(address[2]) - 1] if address[0] == "plot" else None
    place = f"../questions/{entry.id}.md#{claim.id}"
    yield f"{line(plot.shows if plot else claim.says)} Measured for [{label(claim.id)}]({place}).\n"
    yield fence(*address)
    said = setting(entry.experiment_of(claim), signature, claim.at)
    yield f"**Setting.** {escape(said.rstrip('.'))}.\n"


def _command(signature: Signature) -> str:
    """How to play with it: with its first parameter, as an example."""
    first = next(iter(signature.parameters.values()), None)
    return f"dlfaq run {signature.name}" + (f" --{first.name} {first.default}" if first else "")


def _described(signature: Signature) -> Iterator[str]:
    """The function's docstring, without the sections that the tables show."""
    doc = without_setting(signature.doc)
    text = re.split(r"^[A-Z]\w*:[ \t]*$", doc, maxsplit=1, flags=re.MULTILINE)[0].strip()
    if text and " ".join(text.split()) != signature.summary:
        yield f"{prose(text)}\n"


def _tables(signature: Signature) -> Iterator[str]:
    if signature.parameters:
        yield "## Parameters { #parameters }\n"
        yield "| parameter | type | default | what it is |"
        yield "| --- | --- | --- | --- |"
    for one in signature.parameters.values():
        kind = ", ".join(code(str(choice)) for choice in one.choices) if one.choices else one.type
        cells = (code(one.name), _cell(kind), _cell(code(str(one.default))), escape(one.doc))
        yield f"| {' | '.join(cells)} |"
    yield "\n## Metrics { #metrics }\n"
    yield "| metric | what it is |"
    yield "| --- | --- |"
    for metric in signature.metrics.values():
        axis = f", a curve along {code(metric.axis)}" if metric.axis else ""
        yield f"| {code(metric.name)}{axis} | {escape(metric.doc)} |"


def _users(signature: Signature, known: Known) -> Iterator[str]:
    users = [
        (entry, claim)
        for entry, claim in known.faq.claims()
        if entry.experiment_of(claim).simulation == signature.name
    ]
    yield "\n## Claims that it measures { #claims data-search-exclude }\n"
    if not users:
        yield "None."
    for entry, claim in users:
        place = f"../questions/{entry.id}.md#{claim.id}"
        yield f"- {claim_mark(claim, known.of(entry, claim))} [{label(claim.says)}]({place})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
