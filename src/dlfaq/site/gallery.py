"""The gallery of simulations: a card each, with a picture where an entry plots what it measures."""

from collections.abc import Iterator, Sequence
from textwrap import indent

from dlfaq.knowledge.simulations import Signature
from dlfaq.site.figures.fence import fence
from dlfaq.site.shared import Known, front_matter
from dlfaq.site.text import code, line

_INTRODUCTION = (
    "The experiments that the claims are measured with. "
    "Each is one short file of PyTorch that runs on its own."
)


def gallery(simulations: Sequence[Signature], known: Known) -> str:
    """The page as Markdown: those with a picture come first."""
    parts = [
        front_matter("Simulations", wide=True, bare=True),
        "# Simulations { .dl-gallery }\n",
        f"{_INTRODUCTION}\n",
    ]
    pictured = {one.name: [*_picture(one.name, known)] for one in simulations}
    for one in sorted(simulations, key=lambda one: not pictured[one.name]):
        parts += [f"- **[{code(one.name)}]({one.name}.md)**\n", *pictured[one.name]]
        used = sum(
            entry.experiment_of(claim).simulation == one.name for entry, claim in known.faq.claims()
        )
        parts += [
            f"    {line(one.summary)}\n",
            f"    *{used} claim{'s' if used != 1 else ''}*{{ .dl-count }}\n",
        ]
    return "\n".join(parts) + "\n"


def _picture(simulation: str, known: Known) -> Iterator[str]:
    """The first plot of an entry that draws it, without words."""
    for entry in known.faq.entries:
        evidence = known.evidence.get(entry.id)
        for place, plot in enumerate(entry.plots, 1):
            drawn = entry.experiment_of(entry.claim(plot.claim)).simulation
            if drawn == simulation and evidence and evidence.plots.get(plot.key):
                yield indent(fence("thumbnail", entry.id, str(place)), "    ")
                return
