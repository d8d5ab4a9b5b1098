"""The page of a simulation: what it does, what it takes and measures, who uses it, its source."""

from dlfaq.knowledge.simulations import Signature
from dlfaq.site.shared import Known, front_matter
from dlfaq.site.text import escape, line


def simulation_page(signature: Signature, known: Known) -> str:
    """The page as Markdown."""
    users = [(entry, claim) for entry, claim in known.faq.claims() if claim.simulation == signature.name]
    parts = [
        front_matter(signature.name, signature.summary),
        f"# `{signature.name}`\n",
        f"{escape(signature.summary)}\n",
        f"Run it: `dlfaq run {signature.name}`\n",
        "## Parameters\n",
        "| parameter | type | default | |",
        "| --- | --- | --- | --- |",
    ]
    for one in signature.parameters.values():
        kind = ", ".join(map(str, one.choices)) if one.choices else one.type
        parts.append(f"| `{one.name}` | {escape(kind)} | {escape(str(one.default))} | {escape(one.doc)} |")
    parts += ["\n## Metrics\n", "| metric | |", "| --- | --- |"]
    for metric in signature.metrics.values():
        axis = f" along {metric.axis}" if metric.axis else ""
        parts.append(f"| `{metric.name}`{axis} | {escape(metric.doc)} |")
    if users:
        parts.append("\n## Claims that it measures\n")
        parts += [f"- [{line(claim.says)}](../questions/{entry.id}.md#{claim.id})" for entry, claim in users]
    fence = "`" * 8
    return "\n".join(
        [
            *parts,
            f'\n## Source {{ data-search-exclude }}\n\n{fence}python title="sims/{signature.name}.py"',
            signature.source.rstrip(),
            fence,
            "",
        ]
    )
