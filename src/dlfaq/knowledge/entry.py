"""The words of the design as values: an FAQ, its entries, their claims and controls.

Nothing here reads a file or checks anything; `load` makes these values and only makes valid ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Scalar = bool | int | float | str
Parameters = Mapping[str, Scalar]

RULINGS = ("true", "conditional", "false", "untestable")


@dataclass(frozen=True)
class Control:
    """A changed condition under which a claim's expectation must fail.

    Attributes:
        why: The reason the expectation fails here.
        given: Parameters that win over the claim's `given`, `arms` and `sweep`.
        arms: Parameters changed in single arms only; arms not named stay as they are.
        sweep: Swept values that replace the claim's, parameter by parameter.
        line: Where it stands in the entry's file, from 1.
    """

    why: str
    given: Parameters = field(default_factory=dict)
    arms: Mapping[str, Parameters] = field(default_factory=dict)
    sweep: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Claim:
    """One statement of an answer that a number can decide.

    Attributes:
        id: Unique within its entry.
        says: The statement, in words.
        simulation: The name of a file and function in `sims/`.
        given: Parameters that differ from the simulation's defaults.
        arms: Named sets of parameters, compared on the same replicates; empty for a single, unnamed arm.
        sweep: Parameters that take several values; several parameters form a grid.
        expect: The expectations, all of which must hold.
        controls: At least one.
        replicates: How many the first look takes.
        limit: How many the last look may reach by doubling.
        line: Where it stands in the entry's file, from 1.
    """

    id: str
    says: str
    simulation: str
    expect: tuple[str, ...]
    controls: tuple[Control, ...]
    given: Parameters = field(default_factory=dict)
    arms: Mapping[str, Parameters] = field(default_factory=dict)
    sweep: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    replicates: int = 32
    limit: int = 512
    line: int = 0


@dataclass(frozen=True)
class SourceStatement:
    """What a source document says, in our words, and our ruling: one of RULINGS, "" while its entry is only planned."""

    document: str
    says: str
    ruling: str
    where: str = ""
    because: str = ""
    claims: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Plot:
    """What a claim's trials look like: lines over a swept parameter, or along the curves that the trials measured.

    Attributes:
        shows: What to see in it, in one sentence.
        claim: Whose own side is drawn.
        x: A swept parameter, or the axis of the curves.
        lines: By label, an expression in metrics: one number a replicate where `x` is swept, a curve otherwise.
        at: Swept parameters that are held at one value. A reader turns the others that are not `x`: each of their values
            has lines of its own.
        log: Which of the axes, `x` and `y`, are logarithmic.
        y: What the lines measure, in a few words.
    """

    shows: str
    claim: str
    x: str
    lines: Mapping[str, str]
    at: Parameters = field(default_factory=dict)
    log: tuple[str, ...] = ()
    y: str = ""
    line: int = 0

    @property
    def key(self) -> str:
        """What is measured for it, as a text: its name in evidence."""
        at = ", ".join(f"{name}={value}" for name, value in self.at.items())
        return f"{self.claim}{f'[{at}]' if at else ''}: {'; '.join(self.lines.values())} over {self.x}"


@dataclass(frozen=True)
class Reference:
    """A primary source that was looked up."""

    title: str
    authors: str
    year: int
    url: str = ""


@dataclass(frozen=True)
class Document:
    """A source document, from `faq/documents.yml`; what is not known of it is left empty."""

    id: str
    title: str
    author: str = ""
    year: int | None = None
    address: str = ""


@dataclass(frozen=True)
class Entry:
    """One question with its answer: one file, `faq/<id>.yaml`.

    Attributes:
        short: One to three sentences that answer on their own; Markdown with $maths$ and placeholders.
        long: The explanation; Markdown with $maths$ and placeholders.
        path: The file, for messages.
    """

    id: str
    question: str
    topics: tuple[str, ...]
    short: str
    long: str
    claims: tuple[Claim, ...]
    path: Path
    also_asked: tuple[str, ...] = ()
    plots: tuple[Plot, ...] = ()
    sources: tuple[SourceStatement, ...] = ()
    references: tuple[Reference, ...] = ()
    related: tuple[str, ...] = ()

    def claim(self, claim_id: str) -> Claim:
        """Return the claim of that id; KeyError if there is none."""
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise KeyError(claim_id)


@dataclass(frozen=True)
class Planned:
    """An entry that is not written yet, from `faq/planned.yml`: it can be asked for, not answered.

    Its `sources` wait for their ruling.
    """

    id: str
    question: str
    topics: tuple[str, ...]
    also_asked: tuple[str, ...] = ()
    sources: tuple[SourceStatement, ...] = ()


@dataclass(frozen=True)
class Faq:
    """A whole FAQ: `root` holds `faq/`, `sims/` and `evidence/`.

    Attributes:
        entries: Sorted by id.
        topics: Title by topic id, in the order of `faq/topics.yml`.
        documents: By id, in the order of `faq/documents.yml`.
        planned: Sorted by id.
        front: The ids of the entries that the home page shows first, in its order.
    """

    root: Path
    entries: tuple[Entry, ...]
    topics: Mapping[str, str]
    documents: Mapping[str, Document]
    planned: tuple[Planned, ...] = ()
    front: tuple[str, ...] = ()

    def entry(self, entry_id: str) -> Entry:
        """Return the entry of that id; KeyError if there is none."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise KeyError(entry_id)

    def claims(self) -> Iterator[tuple[Entry, Claim]]:
        """Every claim with its entry, in order."""
        for entry in self.entries:
            for claim in entry.claims:
                yield entry, claim
