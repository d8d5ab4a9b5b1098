"""The gallery of simulations: folder by folder, a card each, with a figure of what it measures."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from textwrap import indent

from dlfaq.knowledge.simulations import Signature
from dlfaq.site.figures.fence import fence
from dlfaq.site.shared import Known, front_matter
from dlfaq.site.simulation_page import picture
from dlfaq.site.text import code, label, line

_INTRODUCTION = (
    "The experiments that the claims are measured with. "
    "Each is one short file of PyTorch that runs on its own."
)


def gallery(simulations: Sequence[Signature], known: Known) -> str:
    """The page as Markdown."""
    parts = [
        front_matter("Simulations", wide=True, bare=True),
        "# Simulations { .dl-gallery }\n",
        f"{_INTRODUCTION}\n",
    ]
    used: dict[str, int] = {}
    for entry, claim in known.faq.claims():
        name = entry.experiment_of(claim).simulation
        used[name] = used.get(name, 0) + 1
    ordered = sorted(simulations, key=lambda one: (_folder(one), one.name))
    folders = [folder for folder in dict.fromkeys(map(_folder, ordered)) if folder]
    if folders:
        links = " · ".join(f"[{_title(folder)}](#{_anchor(folder)})" for folder in folders)
        parts.append(f"{links}\n{{ .dl-count }}\n")
    for folder, ones in groupby(ordered, _folder):
        if folder:
            parts.append(f"## {_title(folder)} {{ #{_anchor(folder)} }}\n")
        for one in ones:
            parts += _card(one, used.get(one.name, 0), known)
    return "\n".join(parts) + "\n"


def _title(folder: str) -> str:
    return label(folder.replace("_", " ").capitalize())


def _folder(one: Signature) -> str:
    """The folder below `sims/` that it lies in; empty for none."""
    above = PurePosixPath(one.shown).parent.as_posix()
    return above.removeprefix("sims").strip("/")


def _anchor(folder: str) -> str:
    return f"in-{folder.replace('/', '-').replace('_', '-')}"


def _card(one: Signature, used: int, known: Known) -> Iterator[str]:
    yield f"- **[{code(one.name)}]({one.name}.md)**\n"
    if found := picture(one.name, known):
        kind, *address = found[2]
        yield indent(fence({"plot": "thumbnail", "claim": "claim-small"}[kind], *address), "    ")
    yield f"    {line(one.summary)}\n"
    yield f"    *{used} claim{'s' if used != 1 else ''}*{{ .dl-count }}\n"
