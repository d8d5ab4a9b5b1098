"""The gallery of simulations: a card each, with a picture where an entry plots what it measures."""

from collections.abc import Iterator, Sequence

from dlfaq.knowledge.entry import Entry, Plot
from dlfaq.knowledge.simulations import Signature
from dlfaq.site.fence import wrap
from dlfaq.site.plot import Plotted, Thumbnail
from dlfaq.site.shared import Known, front_matter
from dlfaq.site.text import code, line
from dlfaq.verify.evidence import Line

_INTRODUCTION = (
    "The experiments that the claims are measured with. Each is one short file of PyTorch that runs on its own."
)


def gallery(simulations: Sequence[Signature], known: Known) -> str:
    """The page as Markdown: those with a picture come first."""
    parts = [front_matter("Simulations", wide=True, bare=True), "# Simulations { .dl-gallery }\n", f"{_INTRODUCTION}\n"]
    pictured = {one.name: [*_picture(one.name, known)] for one in simulations}
    for one in sorted(simulations, key=lambda one: not pictured[one.name]):
        parts += [f"- **[{code(one.name)}]({one.name}.md)**\n", *pictured[one.name]]
        used = sum(claim.simulation == one.name for _, claim in known.faq.claims())
        parts += [f"    {line(one.summary)}\n", f"    *{used} claim{'s' if used != 1 else ''}*{{ .dl-count }}\n"]
    return "\n".join(parts) + "\n"


def plots_of(simulation: str, known: Known) -> Iterator[tuple[Entry, Plot, tuple[Line, ...]]]:
    """What entries draw of a simulation, with what was measured for it."""
    for entry in known.faq.entries:
        evidence = known.evidence.get(entry.id)
        for plot in entry.plots:
            lines = evidence.plots.get(plot.key) if evidence else None
            if lines and entry.claim(plot.claim).simulation == simulation:
                yield entry, plot, tuple(lines)


def _picture(simulation: str, known: Known) -> Iterator[str]:
    for _, plot, lines in plots_of(simulation, known):
        first = tuple(one for one in lines if one.at == lines[0].at)
        drawn = Thumbnail(Plotted(f"plot-{simulation}", plot.x, plot.log, first, plot.y))
        yield from (f"    {row}" for row in wrap(drawn).splitlines())
        yield ""
        return
