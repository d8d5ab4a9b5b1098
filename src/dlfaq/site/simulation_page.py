"""The page of a simulation: what it does, what it takes and measures, who uses it, its source."""

import re
from collections.abc import Iterator

from dlfaq.knowledge.docstring import filled, without_setting
from dlfaq.knowledge.simulations import Signature
from dlfaq.site.shared import Known, claim_mark, front_matter
from dlfaq.site.text import code, escape, label, line, prose


def simulation_page(signature: Signature, known: Known) -> str:
    """The page as Markdown."""
    parts = [
        front_matter(signature.name, signature.summary),
        f"# {code(signature.name)}\n",
        f"{line(signature.summary)}\n",
        *_described(signature),
        *_setting(signature),
        f"Run it: {code(_command(signature))}\n",
        *_tables(signature),
        *_users(signature, known),
    ]
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", signature.source)), 3)
    source = [f"{fence}python", signature.source.rstrip(), fence]
    return "\n".join([*parts, "\n## Source { #source data-search-exclude }\n", *source, ""])


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


def _setting(signature: Signature) -> Iterator[str]:
    """Its sentence, with the defaults filled in."""
    if signature.setting:
        defaults = {name: str(one.default) for name, one in signature.parameters.items()}
        yield f"By default: {escape(filled(signature.setting, defaults))}.\n"


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
